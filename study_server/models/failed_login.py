"""Failed logins of one account or from one address."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class FailedLogin(Base):
    """Counted in the database, so that all processes and hosts count together."""

    __tablename__ = "failed_login"

    key_sha256: Mapped[str] = mapped_column(primary_key=True)
    """Of the account's name or the address, which itself is not stored."""
    n_failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
