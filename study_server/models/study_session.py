"""A session: one sitting of one participant."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class Stage(StrEnum):
    """Where in the script a session stands, in order."""

    CONSENT = "consent"
    INSTRUCTIONS = "instructions"
    PRACTICE = "practice"
    MAIN = "main"
    DEBRIEF = "debrief"
    COMPLETED = "completed"


class Outcome(StrEnum):
    """How a session ended."""

    COMPLETED = "completed"
    NO_CONSENT = "no_consent"
    SCREENED_OUT = "screened_out"
    WITHDRAWN = "withdrawn"
    TIMED_OUT = "timed_out"


class StudySession(Base):
    """Its whole plan is drawn and stored before trial 1."""

    __tablename__ = "study_session"
    __table_args__ = (
        # The database, not Python, has the last word on who holds a slot.
        Index(
            "one_live_session_per_slot",
            "study_pk",
            "slot_index",
            "is_simulated",  # who only simulates takes no one's place
            unique=True,
            sqlite_where=text("holds_slot"),
            postgresql_where=text("holds_slot"),
        ),
    )

    session_id: Mapped[str] = mapped_column(primary_key=True)
    """128 random bits in hex; goes into exports."""
    token_sha256: Mapped[str] = mapped_column(unique=True)
    """Of the secret in the participant's cookie; never exported."""
    participant_id: Mapped[str] = mapped_column(index=True)
    """Pseudonym, random."""
    study_pk: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    rng_seed: Mapped[int]
    slot_index: Mapped[int]
    slot_group: Mapped[str]
    """`crossed`, or `none` for those who never see a panel."""
    holds_slot: Mapped[bool]
    list_index: Mapped[int]
    sequence_index: Mapped[int]
    pair_offset: Mapped[int]
    stage: Mapped[str]
    outcome: Mapped[str | None]
    is_simulated: Mapped[bool]
    language: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consent_sha256: Mapped[str]
    """Of the consent text that was shown."""
    instructions_ms: Mapped[float | None]
    main_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    difficulty: Mapped[int | None]
    strategy: Mapped[str | None]
    data_use: Mapped[bool | None]
