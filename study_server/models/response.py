"""What a participant answered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class Origin(StrEnum):
    """By which way an answer reached the server."""

    SENT = "sent"
    RECOVERED = "recovered"


class Response(Base):
    """The answer to one trial. The first one stands.

    The responses of a session form a chain: `services/chain.py` says what each digest
    is made of.
    """

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("session_id", "chain_index", name="one_response_per_link"),
    )

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
    origin: Mapped[str] = mapped_column(default=Origin.SENT)
    """`sent` by the browser, or `recovered` from a file the participant handed over."""
    session_id: Mapped[str]
    """The trial's session, once more: in it chain_index is unique."""
    chain_index: Mapped[int]
    """Place among the session's responses in the order of storage, from 0."""
    digest: Mapped[str]
    """SHA-256 of the digest before and of this row."""
    acknowledgement: Mapped[str] = mapped_column(Text)
    """JSON as it was answered: a repeated request gets the same bytes."""


class ResponseConflict(Base):
    """A different answer to a trial already answered: kept, never counted."""

    __tablename__ = "response_conflict"

    response_id: Mapped[str] = mapped_column(primary_key=True)
    trial_id: Mapped[str] = mapped_column(
        ForeignKey("trial.trial_id", ondelete="CASCADE"), index=True
    )
    payload: Mapped[dict[str, object]] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    origin: Mapped[str] = mapped_column(default=Origin.SENT)
    acknowledgement: Mapped[str] = mapped_column(Text)


class ResponseRejected(Base):
    """What was sent as a response and is none: kept raw, for a person to read."""

    __tablename__ = "response_rejected"
    __table_args__ = (UniqueConstraint("session_id", "body_sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(
        ForeignKey("study_session.session_id", ondelete="CASCADE")
    )
    trial_id: Mapped[str | None]
    """The trial it speaks of, if it is the session's."""
    body: Mapped[str] = mapped_column(Text)
    """At most 64 kB; bytes that are no UTF-8 are replaced."""
    body_sha256: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
