"""A planned trial and the images it shows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class TrialKind(StrEnum):
    """Only main trials count towards accuracy."""

    MAIN = "main"
    CATCH = "catch"
    PRACTICE = "practice"
    REPEAT = "repeat"


class Trial(Base):
    """One row of a session's plan. Which option is right stays here."""

    __tablename__ = "trial"
    __table_args__ = (UniqueConstraint("session_id", "trial_index"),)

    trial_id: Mapped[str] = mapped_column(primary_key=True)
    """128 random bits in hex; opaque to the participant."""
    session_id: Mapped[str] = mapped_column(
        ForeignKey("study_session.session_id", ondelete="CASCADE"), index=True
    )
    trial_index: Mapped[int]
    """Place in the plan; it never changes."""
    presentation_index: Mapped[int]
    """Place in the order of presentation: another one once a trial was postponed."""
    n_postponed: Mapped[int] = mapped_column(default=0)
    """How often it was moved to the end of its block, its images missing: 0 or 1."""
    task: Mapped[str]
    """`two_alternative`, `rating`, `occlusion` or `manipulation_check`."""
    block_index: Mapped[int | None]
    """None in practice."""
    practice_round: Mapped[int | None]
    """From 0; None outside practice."""
    trial_kind: Mapped[str]
    condition: Mapped[str]
    feature_id: Mapped[str]
    query_pair_id: Mapped[str | None]
    """Of an occlusion its own id; None in catch trials that show a tile."""
    stratum: Mapped[str | None]
    activation_gap: Mapped[float | None]
    target_stimulus_id: Mapped[str]
    """The right option, or the one rated."""
    distractor_stimulus_id: Mapped[str | None]
    """None where one photograph is rated."""
    option_stimulus_ids: Mapped[list[str]] = mapped_column(JSON)
    """In display order: left and right, or first and second where they are stacked."""
    correct_option: Mapped[str | None]
    """`left` or `right`; None where one photograph is rated."""
    panel_stimulus_ids: Mapped[list[str]] = mapped_column(JSON)
    """In reading order; empty without a panel."""
    negative_panel_stimulus_ids: Mapped[list[str]] = mapped_column(JSON)
    """In reading order; empty without a second panel."""
    reference_stimulus_id: Mapped[str | None]
    """The uncovered photograph of an occlusion trial."""
    first_served_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Appearance(Base):
    """One image in one place of one trial, under an id drawn for it alone."""

    __tablename__ = "appearance"

    image_id: Mapped[str] = mapped_column(primary_key=True)
    """128 random bits in hex; the only name of the image a browser sees."""
    trial_id: Mapped[str] = mapped_column(
        ForeignKey("trial.trial_id", ondelete="CASCADE"), index=True
    )
    place: Mapped[str]
    """`left` and `right`, or `left` alone; `reference`; `panel-0`, `panel-1`, … and
    `negative-0`, …"""
    stimulus_id: Mapped[str]
