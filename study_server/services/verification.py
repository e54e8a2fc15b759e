"""Recomputing every chain of the database, and naming what is broken. No Flask."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.models import PageEvent, Response, Study, StudySession, Trial
from study_server.services.chain import BEFORE_FIRST, digest_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """One thing that is not as it was stored."""

    kind: str
    """`changed`, `removed`, `inserted` or `reordered`."""

    study_id: str
    session_id: str
    chain_index: int
    """Place in the session's chain, from 0."""

    response_id: str | None
    """None where the row is gone."""

    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What was looked at, and all that is wrong with it."""

    n_sessions: int
    n_responses: int
    breaks: tuple[Break, ...]

    @property
    def is_sound(self) -> bool:
        """Whether every response is as it was stored."""
        return not self.breaks

    def as_values(self) -> dict[str, object]:
        """For JSON."""
        return {**asdict(self), "is_sound": self.is_sound}


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """The rows of one session, in the order they claim to have."""

    session: StudySession
    study_id: str
    rows: Sequence[Response]
    events: dict[str, list[PageEvent]]
    """By trial_id."""

    def digest_behind(
        self, before: str, row: Response, chain_index: int | None = None
    ) -> str:
        """What the row's digest would be, there."""
        events = self.events[row.trial_id]
        return digest_of(before, row, events, chain_index=chain_index)


def verify_chains(db: Session) -> Verification:
    """Check every session of every study.

    Args:
        db: read transaction; it sees one moment, also while people take part.
    """
    n_sessions, n_responses = 0, 0
    breaks: list[Break] = []
    query = select(StudySession, Study.study_id).join(Study)
    for session, study_id in db.execute(query.order_by(StudySession.session_id)):
        chain = _read_chain(db, session, study_id)
        n_sessions += 1
        n_responses += len(chain.rows)
        breaks += breaks_of(chain)
        breaks += _other_breaks(db, chain)
    return Verification(
        n_sessions=n_sessions, n_responses=n_responses, breaks=tuple(breaks)
    )


def breaks_of(chain: Chain) -> Iterator[Break]:
    """What is wrong with one chain, in its order."""
    n_stored = chain.session.n_stored
    at = {row.chain_index: row for row in chain.rows}
    before: str | None = BEFORE_FIRST
    for index in range(max([n_stored, *(i + 1 for i in at)])):
        row = at.get(index)
        if row is None:
            yield _break(chain, "removed", index, None, "its row is gone")
        elif before is not None and chain.digest_behind(before, row) != row.digest:
            yield _diagnose(chain, row)
        elif index >= n_stored:
            message = f"only {n_stored} were stored; this row was added"
            yield _break(chain, "inserted", index, row, message)
        before = row.digest if row else None  # what follows a gap cannot be checked
    last = at.get(n_stored - 1)
    is_whole = len(at) == n_stored
    if last is not None and is_whole and last.digest != chain.session.chain_digest:
        message = "the session remembers another digest for its last response"
        yield _break(chain, "changed", n_stored - 1, last, message)


def _diagnose(chain: Chain, row: Response) -> Break:
    """Why a row does not follow from the one before it."""
    digests = [BEFORE_FIRST, *(each.digest for each in chain.rows)]
    index, n_rows = row.chain_index, len(chain.rows)
    for place in range(max(n_rows, chain.session.n_stored) + 1):
        there = (chain.digest_behind(each, row, place) for each in digests)
        if row.digest in there:
            message = f"it was stored as response {place}"
            return _break(chain, "reordered", index, row, message)
    if n_rows > chain.session.n_stored:
        message = "one more than were stored, and its digest is of no other row"
        return _break(chain, "inserted", index, row, message)
    return _break(chain, "changed", index, row, "it does not agree with its digest")


def _other_breaks(db: Session, chain: Chain) -> Iterator[Break]:
    """Rows that are sound in themselves, and belong to something else."""
    for row in chain.rows:
        told = json.loads(row.acknowledgement)
        if told.get("digest", row.digest) != row.digest:
            message = "the participant was told another digest"
            yield _break(chain, "changed", row.chain_index, row, message)
        if db.get_one(Trial, row.trial_id).session_id != row.session_id:
            message = "its trial is another session's"
            yield _break(chain, "inserted", row.chain_index, row, message)


def _read_chain(db: Session, session: StudySession, study_id: str) -> Chain:
    mine = Response.session_id == session.session_id
    rows = db.scalars(select(Response).where(mine).order_by(Response.chain_index)).all()
    events: dict[str, list[PageEvent]] = defaultdict(list)
    of_session = PageEvent.session_id == session.session_id
    for event in db.scalars(
        select(PageEvent).where(of_session).order_by(PageEvent.event_id)
    ):
        events[event.trial_id].append(event)
    return Chain(session=session, study_id=study_id, rows=rows, events=events)


def _break(
    chain: Chain, kind: str, index: int, row: Response | None, message: str
) -> Break:
    return Break(
        kind=kind,
        study_id=chain.study_id,
        session_id=chain.session.session_id,
        chain_index=index,
        response_id=row.response_id if row else None,
        message=message,
    )
