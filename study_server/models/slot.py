"""The places of a study: who arrives takes the lowest that nobody holds."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base


class Slot(Base):
    """One place of a version, with its cell; the row is what arrivals lock.

    Who holds it says `StudySession.holds_slot`. A place that a quota forbids has no
    row, so that no count of sessions can come too late.
    """

    __tablename__ = "slot"

    study_pk: Mapped[int] = mapped_column(ForeignKey("study.id"), primary_key=True)
    is_simulated: Mapped[bool] = mapped_column(primary_key=True)
    """Simulated participants have places of their own and take no one's."""
    slot_index: Mapped[int] = mapped_column(primary_key=True)
    slot_group: Mapped[str]
    """`crossed`, or `none` for those who never see a panel."""
    list_index: Mapped[int]
    sequence_index: Mapped[int]
    pair_offset: Mapped[int]
