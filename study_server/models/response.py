"""What a participant answered."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class Response(Base):
    """The answer to one trial. The first one stands."""

    __tablename__ = "response"

    response_id: Mapped[str] = mapped_column(primary_key=True)
    """UUID made by the browser: the idempotency key."""
    trial_id: Mapped[str] = mapped_column(
        ForeignKey("trial.trial_id", ondelete="CASCADE"), unique=True
    )
    choice: Mapped[str | None]
    """`left` or `right`; None in a rating."""
    is_correct: Mapped[bool | None]
    """None in a rating, which is neither right nor wrong."""
    confidence: Mapped[int | None]
    """1 to 3; None where the task asks for none."""
    rating: Mapped[int | None]
    """0 to 100; None unless the task is a rating."""
    rt_ms: Mapped[float]
    panel_onset_ms: Mapped[float | None]
    onset_ms: Mapped[float]
    response_ms: Mapped[float]
    unlocked_ms: Mapped[float | None]
    """When answering became possible, by the page's clock."""
    frame_interval_ms: Mapped[float | None]
    onset_method: Mapped[str]
    input_modality: Mapped[str]
    hidden_ms: Mapped[float]
    blurred_ms: Mapped[float]
    n_resizes: Mapped[int]
    n_fullscreen_exits: Mapped[int]
    n_onsets: Mapped[int]
    viewport_width_px: Mapped[int | None]
    viewport_height_px: Mapped[int | None]
    device_pixel_ratio: Mapped[float | None]
    is_fullscreen: Mapped[bool | None]
    is_small_window: Mapped[bool | None]
    """The window was smaller at onset than the study asks for."""
    automation_signals: Mapped[list[str]] = mapped_column(JSON)
    """Signs of a script, as flags; they never block anyone."""
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Of the first onset, by the browser's clock."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_late: Mapped[bool]
    """Received after the session's lease had ended."""
    acknowledgement: Mapped[dict[str, object]] = mapped_column(JSON)
    """What was answered, so that a repeated request gets the same bytes."""


class ResponseConflict(Base):
    """A different answer to a trial already answered: kept, never counted."""

    __tablename__ = "response_conflict"

    response_id: Mapped[str] = mapped_column(primary_key=True)
    trial_id: Mapped[str] = mapped_column(
        ForeignKey("trial.trial_id", ondelete="CASCADE"), index=True
    )
    payload: Mapped[dict[str, object]] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acknowledgement: Mapped[dict[str, object]] = mapped_column(JSON)
