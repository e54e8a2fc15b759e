"""What happened to a page while a trial was on it."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime

EVENTS = ("hidden", "blurred", "resize", "zoom", "fullscreen")
"""Page out of sight; window without focus; a run of resizes; a changed pixel ratio;
a stretch of full screen."""


class PageEvent(Base):
    """One event with its beginning and duration; stored with a trial's response."""

    __tablename__ = "page_event"

    event_id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(
        ForeignKey("study_session.session_id", ondelete="CASCADE"), index=True
    )
    trial_id: Mapped[str] = mapped_column(
        ForeignKey("trial.trial_id", ondelete="CASCADE"), index=True
    )
    """The trial whose response brought it; it may have begun in the pause before."""
    event: Mapped[str]
    """One of `EVENTS`."""
    start_ms: Mapped[float]
    """By the page's clock, as the onsets of the trial."""
    duration_ms: Mapped[float]
    """Up to its end, or up to the response if it lasted longer."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """By the browser's clock."""
    value: Mapped[str | None]
    """Window size after a resize (`1280x720`), pixel ratio after a zoom."""
