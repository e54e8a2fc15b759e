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
    choice: Mapped[str]
    """`left` or `right`."""
    is_correct: Mapped[bool]
    confidence: Mapped[int]
    rt_ms: Mapped[float]
    panel_onset_ms: Mapped[float | None]
    onset_ms: Mapped[float]
    response_ms: Mapped[float]
    frame_interval_ms: Mapped[float | None]
    onset_method: Mapped[str]
    input_modality: Mapped[str]
    hidden_ms: Mapped[float]
    n_onsets: Mapped[int]
    viewport_width_px: Mapped[int | None]
    viewport_height_px: Mapped[int | None]
    device_pixel_ratio: Mapped[float | None]
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
