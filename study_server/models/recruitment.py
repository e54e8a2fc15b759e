"""Who came from where: the one table of platform ids, links, and a platform's news."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class PlatformIdentity(Base):
    """The ids a session arrived with. No other table holds one; no export does."""

    __tablename__ = "platform_identity"

    session_id: Mapped[str] = mapped_column(
        ForeignKey("study_session.session_id", ondelete="CASCADE"), primary_key=True
    )
    platform: Mapped[str]
    """`prolific`, `mturk`, `sona`, `connect`, `generic` or `open`."""
    participant_id: Mapped[str | None]
    """The person's id on the platform. None: erased, or the platform gave none."""
    submission_id: Mapped[str | None]
    """The platform's id of this one participation."""
    study_ref: Mapped[str | None]
    """The platform's id of the study."""
    others: Mapped[dict[str, str]] = mapped_column(JSON)
    """Parameters of the link that mean nothing to us."""


class SessionToken(Base):
    """One more browser of a session: who comes again by the platform's link."""

    __tablename__ = "session_token"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(
        ForeignKey("study_session.session_id", ondelete="CASCADE"), index=True
    )


class PersonalLink(Base):
    """A link that a researcher hands out."""

    __tablename__ = "personal_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[str] = mapped_column(index=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    """Of the secret in the link, which is shown once."""
    label: Mapped[str]
    """The researcher's own name for it."""
    max_uses: Mapped[int | None]
    """Sessions it may begin. None: any number."""
    n_uses: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebhookEvent(Base):
    """One message of a platform; its id makes sure that it has one effect."""

    __tablename__ = "webhook_event"

    platform: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    event_type: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    """Pseudonym of the submission, or of the study, that it is about."""
    status: Mapped[str | None]
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """By the platform's clock: the order that counts."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
