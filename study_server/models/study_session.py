"""A session: one sitting of one participant."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from study_server.design.schedule import DESIGN_VERSION
from study_server.models.base import Base, UtcDateTime
from study_server.models.study import Study


class Stage(StrEnum):
    """Where in the script a session stands, in order."""

    CONSENT = "consent"
    DEVICE = "device"
    SCREENING = "screening"
    INSTRUCTIONS = "instructions"
    COMPREHENSION = "comprehension"
    PRACTICE = "practice"
    MAIN = "main"
    DEBRIEF = "debrief"
    COMPLETED = "completed"


class Outcome(StrEnum):
    """How a visit ended. `no_consent` and `already_took_part` leave no session."""

    COMPLETED = "completed"
    NO_CONSENT = "no_consent"
    SCREENED_OUT = "screened_out"
    WITHDRAWN = "withdrawn"
    TIMED_OUT = "timed_out"
    NOT_OPEN = "not_open"
    ALREADY_TOOK_PART = "already_took_part"
    TECHNICAL_PROBLEM = "technical_problem"


class OutcomeReason(StrEnum):
    """What led to an outcome that several things lead to."""

    DEVICE = "device"
    COMPREHENSION = "comprehension"
    PRACTICE = "practice"
    KEEP = "keep"
    ERASE = "erase"
    LEASE = "lease"
    ABSENCE = "absence"
    QUOTA = "quota"
    RETURNED = "returned"
    PLATFORM = "platform"


class FreedBy(StrEnum):
    """Why a session holds its place no more."""

    LEASE = "lease"
    ENDING = "ending"
    RETURNED = "returned"
    TIMED_OUT = "timed_out"
    REJECTED = "rejected"
    REPLACED = "replaced"


class StudySession(Base):
    """Its whole plan is drawn and stored before trial 1."""

    __tablename__ = "study_session"
    __table_args__ = (
        # The database, not Python, has the last word on who holds a slot.
        Index(
            "one_live_session_per_slot",
            "study_id",  # of all versions: counterbalancing goes on with a new one
            "slot_index",
            "is_simulated",  # who only simulates takes no one's place
            unique=True,
            sqlite_where=text("holds_slot"),
            postgresql_where=text("holds_slot"),
        ),
        Index("one_session_per_person", "pseudonym", unique=True),
        # Whoever arrives asks for these: without them, of all sessions there are.
        Index("ix_study_session_slot", "study_id", "slot_index"),
        Index(
            "ix_study_session_running_lease",
            "study_id",
            "lease_expires_at",
            # SQLite uses it only for queries in these very words, as SQLAlchemy has it.
            sqlite_where=text("holds_slot = 1 AND outcome IS NULL"),
            postgresql_where=text("holds_slot AND outcome IS NULL"),
        ),
    )

    session_id: Mapped[str] = mapped_column(primary_key=True)
    """128 random bits in hex; goes into exports."""
    token_sha256: Mapped[str] = mapped_column(unique=True)
    """Of the secret in the participant's cookie; never exported."""
    participant_id: Mapped[str] = mapped_column(index=True)
    """Pseudonym, random."""
    pseudonym: Mapped[str | None]
    """Of the person, over all studies of the family, under a key that is not in the
    database. None: nobody knows who it is. Never exported."""
    submission_pseudonym: Mapped[str | None] = mapped_column(index=True)
    """Of the platform's id of this participation; never exported."""
    link_pk: Mapped[int | None]
    """The `PersonalLink` it began with."""
    study_pk: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    study: Mapped[Study] = relationship(viewonly=True)
    study_id: Mapped[str]
    """The study's name, the same in all its versions."""
    rng_seed: Mapped[int] = mapped_column(BigInteger)
    """The whole plan follows from it, the slot and the version of the design."""
    design_version: Mapped[int] = mapped_column(default=DESIGN_VERSION)
    """Of the code that drew the plan; the same one draws it again, byte for byte."""
    slot_index: Mapped[int]
    slot_group: Mapped[str]
    """`crossed`, or `none` for those who never see a panel."""
    holds_slot: Mapped[bool]
    list_index: Mapped[int]
    sequence_index: Mapped[int]
    pair_offset: Mapped[int]
    stage: Mapped[str]
    outcome: Mapped[str | None]
    outcome_reason: Mapped[str | None]
    """Screened out by `device`, `comprehension` or `practice`; withdrawn to `keep` or
    `erase`, or `returned` on the platform; timed out by the `lease`, by the `platform`
    or by `absence`; a `quota`. `endings.py` says which of them may still finish."""
    is_simulated: Mapped[bool]
    is_preview: Mapped[bool] = mapped_column(default=False)
    """Someone only looked at the study: holds no slot, counts nowhere."""
    language: Mapped[str]
    """Chosen on the first page."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consent_sha256: Mapped[str]
    """Of the consent text that was shown."""
    instructions_ms: Mapped[float | None]
    """From the first page of the instructions until they were left for good."""
    instructions_page: Mapped[int] = mapped_column(default=0)
    """The page of the instructions that is open, from 0."""
    practice_round: Mapped[int] = mapped_column(default=0)
    """The round of practice that is open or was the last, from 0."""
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the device check was passed."""
    window_width_px: Mapped[int | None]
    window_height_px: Mapped[int | None]
    """In CSS px, at the device check."""
    is_small_at_check: Mapped[bool | None]
    """The window was smaller than the study asks for, at the device check."""
    has_outbox: Mapped[bool | None]
    """The browser can keep answers that are not sent yet."""
    main_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    freed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when others may have the slot. None: it is held, or never was."""
    freed_by: Mapped[str | None]
    """A `FreedBy`."""
    freed_note: Mapped[str | None]
    """The researcher's reason, in their words."""
    submission_status: Mapped[str | None]
    """What the platform last said of the submission, in its own word."""
    submission_status_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When, by the platform's clock."""
    is_surplus: Mapped[bool] = mapped_column(default=False)
    """Completed after the slot had been given away."""
    n_stored: Mapped[int] = mapped_column(default=0)
    """Responses stored: the length of the session's chain."""
    chain_digest: Mapped[str | None]
    """Digest of the response stored last; None before the first."""
