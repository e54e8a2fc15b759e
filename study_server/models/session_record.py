"""What a session leaves behind besides its trials: pages, quiz, questions."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base, UtcDateTime


class PageVisit(Base):
    """One stay on one page."""

    __tablename__ = "page_visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(
        ForeignKey("study_session.session_id", ondelete="CASCADE"), index=True
    )
    visit_index: Mapped[int]
    """From 0, in the order of the session; a reload begins no new visit."""
    page: Mapped[str]
    """Its place in the script, like `instructions-1`; pages are counted from 1."""
    language: Mapped[str]
    """In which it was shown."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the next page was opened; None for the last one."""
    dwell_ms: Mapped[float | None]


class ComprehensionAttempt(Base):
    """One try at the questions on the instructions."""

    __tablename__ = "comprehension_attempt"
    __table_args__ = (UniqueConstraint("session_id", "attempt_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(
        ForeignKey("study_session.session_id", ondelete="CASCADE"), index=True
    )
    attempt_index: Mapped[int]
    """From 0."""
    answers: Mapped[list[int]] = mapped_column(JSON)
    """The answer chosen to each item, from 1, in the order of the texts."""
    n_items: Mapped[int]
    n_correct: Mapped[int]
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Answer(Base):
    """The answer to one of the study's questions."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("session_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(
        ForeignKey("study_session.session_id", ondelete="CASCADE"), index=True
    )
    question: Mapped[str]
    """Its name in the definition."""
    answer: Mapped[str]
    """1 to 5, `yes` or `no`, the name of a choice, or the participant's words."""
    is_pasted: Mapped[bool | None]
    """Whether something was pasted into it; None where nobody looked."""
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
