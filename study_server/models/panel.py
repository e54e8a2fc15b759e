"""What researchers decide about a study and its participants."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class DesignAudit(Base):
    """The audit of one version, made when it came in."""

    __tablename__ = "design_audit"

    study_pk: Mapped[int] = mapped_column(
        ForeignKey("study.id", ondelete="CASCADE"), primary_key=True
    )
    report: Mapped[dict[str, object]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Unblinding(Base):
    """An owner decided to see how often each condition is right."""

    __tablename__ = "unblinding"

    study_id: Mapped[str] = mapped_column(primary_key=True)
    unblinded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    unblinded_by: Mapped[str]
    reason: Mapped[str]


class Erasure(Base):
    """What is left of a participant who was erased: that there was one."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str]
    """`asked`, `mistake` or `retention`."""
    outcome: Mapped[str | None]
    """How the session had ended."""
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Bonus(Base):
    """Money for one participation, beyond what the platform pays by itself."""

    __tablename__ = "bonus"
    __table_args__ = (UniqueConstraint("study_id", "payee", "reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[str] = mapped_column(index=True)
    payee: Mapped[str]
    """Pseudonym of the submission, or the session's id where there is none."""
    session_id: Mapped[str]
    reason: Mapped[str]
    amount_cents: Mapped[int]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str | None]
    """Somebody else than who proposed it."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
