"""When a study paused itself."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class AutomaticPause(Base):
    """One rule of `[[pauses]]` that was met; each pauses a version once."""

    __tablename__ = "automatic_pause"
    __table_args__ = (UniqueConstraint("study_pk", "rule_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_pk: Mapped[int] = mapped_column(ForeignKey("study.id"))
    rule_index: Mapped[int]
    """Place among the rules of the definition, from 0."""
    paused_at: Mapped[datetime] = mapped_column(UtcDateTime)
