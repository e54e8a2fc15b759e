"""A planned trial that could not be shown."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class NotShown(Base):
    """An image of the trial could not be loaded, twice; the session went on."""

    __tablename__ = "not_shown"

    trial_id: Mapped[str] = mapped_column(
        ForeignKey("trial.trial_id", ondelete="CASCADE"), primary_key=True
    )
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
