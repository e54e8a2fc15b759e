"""Requests for a place that carried an idempotency key."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class StartRequest(Base):
    """A request that began a session: repeated, it gets the same answer."""

    __tablename__ = "start_request"

    key_sha256: Mapped[str] = mapped_column(primary_key=True)
    """Of study and key: the key is as secret as the session it opens."""
    session_id: Mapped[str] = mapped_column(
        ForeignKey("study_session.session_id", ondelete="CASCADE"), index=True
    )
    request_sha256: Mapped[str]
    """Of the body: the same key with another one is a mistake."""
    answer: Mapped[str] = mapped_column(Text)
    """JSON as it was answered, the session's secret left out."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
