"""Whether the acknowledged answers are stored, each exactly once.

The client's ledger is compared with the database, field by field. No Flask.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from study_server.db import Database
from study_server.endurance.ledger import Ledger, Sent
from study_server.models import (
    Outcome,
    Response,
    ResponseConflict,
    StudySession,
    Trial,
)
from study_server.services.verification import verify_chains

LOOK_UP_AT_ONCE = 500
MUST_BE_ZERO = (
    "lost",
    "told_otherwise",
    "duplicated",
    "incomplete",
    "doubly_held",
    "broken_chains",
)
"""Of a verdict."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What became of the answers."""

    acknowledged: int
    """Answers that the server said it stored."""

    stored: int
    """Answers in the database; more than acknowledged where an answer's
    acknowledgement never arrived."""

    lost: int
    """Acknowledged answers that are not in the database as they were sent."""

    told_otherwise: int
    """Answers whose acknowledgement did not come in the same bytes every time, or is
    not the one that is stored."""

    duplicated: int
    """Answers that are there twice: as two rows of one trial, or as a conflict."""

    incomplete: int
    """Sessions that count as completed without an answer to each main trial."""

    doubly_held: int
    """Places that two sessions hold."""

    broken_chains: int
    """Breaks in the sessions' hash chains."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled or claimed."""
        return not any(getattr(self, name) for name in MUST_BE_ZERO)


def judge(ledger: Ledger, database: Database) -> Verdict:
    """Compare what was acknowledged with what is stored.

    Args:
        ledger: of a server whose database held nothing before.
    """
    with database.read() as db:
        stored = db.scalars(select(func.count()).select_from(Response)).one()
        return Verdict(
            acknowledged=len(ledger.heard),
            stored=stored,
            lost=_count_lost(db, ledger),
            told_otherwise=_count_told_otherwise(db, ledger),
            duplicated=_count_duplicates(db, stored),
            incomplete=_count_incomplete(db),
            doubly_held=_count_doubly_held(db),
            broken_chains=len(verify_chains(db).breaks),
        )


def _count_lost(db: Session, ledger: Ledger) -> int:
    """Acknowledged answers of which not every field is there as it was sent."""
    found = 0
    columns = [getattr(Response, name) for name in Sent._fields]
    for some in _in_portions(list(ledger.heard)):
        rows = db.execute(select(*columns).where(Response.response_id.in_(some)))
        there = {row.response_id: tuple(row) for row in rows}
        sent = {name: ledger.acknowledged.get(name) for name in some}
        found += sum(
            name in there and sent[name] in (None, there[name]) for name in some
        )
    return len(ledger.heard) - found


def _count_told_otherwise(db: Session, ledger: Ledger) -> int:
    otherwise = set(ledger.contradicted)
    for some in _in_portions(list(ledger.heard)):
        rows = db.execute(
            select(Response.response_id, Response.acknowledgement).where(
                Response.response_id.in_(some)
            )
        )
        otherwise |= {
            name for name, told in rows if told.encode() != ledger.heard[name]
        }
    return len(otherwise)


def _count_duplicates(db: Session, n_stored: int) -> int:
    n_trials = db.scalars(select(func.count(Response.trial_id.distinct()))).one()
    conflicts = db.scalars(select(func.count()).select_from(ResponseConflict)).one()
    return n_stored - n_trials + conflicts


def _count_incomplete(db: Session) -> int:
    """Completed sessions in which a trial has no answer."""
    statement = (
        select(func.count(StudySession.session_id.distinct()))
        .join(Trial, Trial.session_id == StudySession.session_id)
        .outerjoin(Response, Response.trial_id == Trial.trial_id)
        .where(
            StudySession.outcome == Outcome.COMPLETED, Response.response_id.is_(None)
        )
    )
    return db.scalars(statement).one()


def _count_doubly_held(db: Session) -> int:
    held = (
        select(StudySession.slot_index)
        .where(StudySession.holds_slot)
        .group_by(
            StudySession.study_pk, StudySession.slot_index, StudySession.is_simulated
        )
        .having(func.count() > 1)
        .subquery()
    )
    return db.scalars(select(func.count()).select_from(held)).one()


def _in_portions(response_ids: list[str]) -> list[list[str]]:
    return [
        response_ids[begin : begin + LOOK_UP_AT_ONCE]
        for begin in range(0, len(response_ids), LOOK_UP_AT_ONCE)
    ]
