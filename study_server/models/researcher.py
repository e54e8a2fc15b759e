"""A person who runs studies."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class Researcher(Base):
    """An account; the password itself is never stored."""

    __tablename__ = "researcher"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    has_one_time_password: Mapped[bool]
    """The password must be changed at the next login."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
