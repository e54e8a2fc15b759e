"""A study: one frozen definition on one bundle."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class StudyStatus(StrEnum):
    """Whether new participants may start. Running sessions always finish."""

    DRAFT = "draft"
    """Nobody takes part yet; it may still be replaced."""
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Study(Base):
    """A launched version is never edited: a change makes a new version."""

    __tablename__ = "study"
    __table_args__ = (UniqueConstraint("study_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[str] = mapped_column(index=True)
    """The name in links: lower-case letters, digits and hyphens."""
    version: Mapped[int]
    title: Mapped[str]
    status: Mapped[str] = mapped_column(default=StudyStatus.OPEN)
    definition: Mapped[dict[str, object]] = mapped_column(JSON)
    definition_sha256: Mapped[str]
    bundle_id: Mapped[str] = mapped_column(ForeignKey("imported_bundle.bundle_id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    launched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when the database refuses any change of the version. None: a draft."""
