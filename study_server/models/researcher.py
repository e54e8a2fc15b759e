"""A person who runs studies."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class Role(StrEnum):
    """What a researcher may do; each may also do what those before it may."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    EDITOR = "editor"
    OWNER = "owner"

    def includes(self, other: "Role") -> bool:
        """Whether whoever has this role may do what the other may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Researcher(Base):
    """An account; the password itself is never stored."""

    __tablename__ = "researcher"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    """A `Role`."""
    password_hash: Mapped[str]
    has_one_time_password: Mapped[bool]
    """The password must be changed at the next login."""
    totp_salt: Mapped[str | None]
    """From it and a key outside the database follows the authenticator's secret. None:
    the account has no second factor."""
    totp_step: Mapped[int | None]
    """The newest time step whose code was used; none is used twice."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """Stands in for the authenticator, once."""

    __tablename__ = "recovery_code"

    code_sha256: Mapped[str] = mapped_column(primary_key=True)
    """Of 80 random bits, so that no slow hash is needed."""
    researcher_id: Mapped[int] = mapped_column(
        ForeignKey("researcher.id", ondelete="CASCADE"), index=True
    )


class Login(Base):
    """One browser in which a researcher has given the password."""

    __tablename__ = "login"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    """Of the secret in the browser's cookie."""
    researcher_id: Mapped[int] = mapped_column(
        ForeignKey("researcher.id", ondelete="CASCADE"), index=True
    )
    is_whole: Mapped[bool]
    """The second factor was given, too, or the account has none."""
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """To the minute."""


class SetupLink(Base):
    """The one-time link by which the first owner makes an account."""

    __tablename__ = "setup_link"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
