"""The study's own questions: what counts as an answer, and storing it. No Flask."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from study_server.design.definition import StudyDefinition
from study_server.design.parts.questions import QuestionPart
from study_server.models import Answer, Outcome, OutcomeReason, Study, StudySession
from study_server.services.endings import end

SCALE = ("1", "2", "3", "4", "5")
YES_NO = ("yes", "no")
MAX_WORDS = 4000
"""Characters of a free text that are kept."""


def questions_of(definition: StudyDefinition, stage: str) -> list[QuestionPart]:
    """The questions of one page, `screening` or `end`."""
    return [question for question in definition.questions if question.stage == stage]


def levels(question: QuestionPart) -> tuple[str, ...]:
    """The answers there are to choose from; none for free text."""
    by_kind = {"scale": SCALE, "yes_no": YES_NO, "choice": question.choices}
    return by_kind.get(question.kind, ())


def unanswered(
    questions: Sequence[QuestionPart], given: Mapping[str, str]
) -> list[str]:
    """Names of the questions without a usable answer."""
    return [each.name for each in questions if not _is_usable(each, given)]


def store_answers(
    db: Session,
    session: StudySession,
    questions: Sequence[QuestionPart],
    given: Mapping[str, str],
    *,
    pasted: Collection[str],
    answered_at: datetime,
) -> None:
    """Store usable answers; one left empty is left out. The first answers stand.

    Args:
        pasted: names of the questions whose answer was pasted, at least in part.
    """
    stored = set(
        db.scalars(
            select(Answer.question).where(Answer.session_id == session.session_id)
        )
    )
    for question in questions:
        answer = _words(question, given)[:MAX_WORDS]
        if answer and question.name not in stored:
            db.add(
                Answer(
                    session_id=session.session_id,
                    question=question.name,
                    answer=answer,
                    is_pasted=question.name in pasted,
                    answered_at=answered_at,
                )
            )
    session.last_seen_at = answered_at
    db.flush()


def end_if_quota_is_full(
    db: Session,
    session: StudySession,
    definition: StudyDefinition,
    *,
    answered_at: datetime,
) -> bool:
    """End a session whose screening answer is wanted no more; whether it was so.

    The study's row is locked, so that no two sessions count each other out or in.
    """
    if definition.quotas:
        db.get_one(Study, session.study_pk, with_for_update=True)
    own = dict(
        db.execute(
            select(Answer.question, Answer.answer).where(
                Answer.session_id == session.session_id
            )
        ).all()
    )
    for quota in definition.quotas:
        if own.get(quota.question) != quota.answer:
            continue
        held = _sessions_with(db, session, quota.question, quota.answer)
        if held > quota.max_sessions:
            reason = OutcomeReason.QUOTA
            end(session, Outcome.NOT_OPEN, reason, ended_at=answered_at)
            return True
    return False


def _sessions_with(
    db: Session, session: StudySession, question: str, answer: str
) -> int:
    """Sessions of the study that hold a slot with this answer, this one among them."""
    query = (
        select(func.count(Answer.id))
        .join(StudySession, StudySession.session_id == Answer.session_id)
        .where(
            StudySession.study_id == session.study_id,
            StudySession.is_simulated.is_(session.is_simulated),
            StudySession.holds_slot,
            Answer.question == question,
            Answer.answer == answer,
        )
    )
    return db.scalars(query).one()


def _is_usable(question: QuestionPart, given: Mapping[str, str]) -> bool:
    answer = _words(question, given)
    if not answer:
        return not question.is_required
    return question.kind == "free_text" or answer in levels(question)


def _words(question: QuestionPart, given: Mapping[str, str]) -> str:
    """The answer in characters that every database takes: no NUL, no half a pair."""
    words = given.get(question.name, "").replace("\0", "")
    return words.encode(errors="replace").decode().strip()
