"""What researchers did."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class AuditEntry(Base):
    """One act. The database refuses to change or delete a row."""

    __tablename__ = "audit_entry"

    entry_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1, without gaps."""
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str]
    """The researcher's name, or `command line`."""
    action: Mapped[str]
    """Like `study.pause`."""
    study_id: Mapped[str | None]
    details: Mapped[str] = mapped_column(Text)
    """JSON; names no participant."""
    digest: Mapped[str]
    """SHA-256 of the digest before and of this row."""
