"""What a program shows instead of a login."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class Scope(StrEnum):
    """What a token may be good for."""

    STUDY_READ = "study:read"
    """Counts and state, as a viewer sees them."""
    EXPORT_READ = "export:read"
    """The export, as an analyst gets it."""


class ApiToken(Base):
    """A secret of 256 random bits that lets a program ask for some things."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    """The researcher's own name for it."""
    token_sha256: Mapped[str] = mapped_column(unique=True)
    """Of the secret, which is shown once and stored nowhere."""
    study_id: Mapped[str | None]
    """The one study it is good for. None: all."""
    scopes: Mapped[str]
    """Each a `Scope`, joined by a space."""
    created_by: Mapped[str]
    """Name of a researcher, or `command line`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To the minute."""
