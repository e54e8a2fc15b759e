"""How many people saw a study's first page."""

from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base


class LandingCount(Base):
    """A number and nothing about anybody."""

    __tablename__ = "landing_count"

    study_id: Mapped[str] = mapped_column(primary_key=True)
    n_landed: Mapped[int]
    """Browsers that showed the consent page, whoever went on and whoever left."""
