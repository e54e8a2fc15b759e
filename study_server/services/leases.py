"""The places of a study, and who may have one. No Flask.

Every place is a row. Who arrives locks the lowest that nobody holds: on SQLite all
arrivals queue behind one write lock; on PostgreSQL rows that another arrival has locked
are skipped. The unique index on live sessions has the last word in both.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    Exists,
    Select,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from study_server.design.definition import StudyDefinition
from study_server.design.parts.questions import CellQuotaPart
from study_server.design.slots import Slot as PlannedSlot
from study_server.design.slots import slot_of
from study_server.dialects import can_be_late
from study_server.errors import NotOpenError
from study_server.models import (
    FreedBy,
    Outcome,
    OutcomeReason,
    Slot,
    Study,
    StudySession,
)

_EXPIRED = (
    select(StudySession.session_id)
    .where(
        StudySession.study_id == bindparam("study_id"),
        StudySession.holds_slot,
        StudySession.outcome.is_(None),
        StudySession.lease_expires_at <= bindparam("now"),
    )
    .limit(1)
)

_OF_SLOT = (
    StudySession.study_id == bindparam("study_id"),
    StudySession.is_simulated == bindparam("is_simulated"),
    StudySession.slot_index == Slot.slot_index,
)
_LOWEST = (
    select(
        Slot.slot_index,
        select(func.count())
        .select_from(StudySession)
        .where(*_OF_SLOT)
        .correlate(Slot)
        .scalar_subquery(),
    )
    .where(
        Slot.study_pk == bindparam("study_pk"),
        Slot.is_simulated == bindparam("is_simulated"),
        ~exists().where(*_OF_SLOT, StudySession.holds_slot).correlate(Slot),
    )
    .order_by(Slot.slot_index)
    .limit(1)
    .with_for_update(skip_locked=True, of=Slot)
)
"""The lowest place that nobody holds, and how many held it before."""


def prepare_slots(
    db: Session, study: Study, definition: StudyDefinition, *, is_simulated: bool
) -> None:
    """Make the places of a version, once; whoever else makes them now is waited for."""
    if db.scalar(select(_is_prepared(study, is_simulated=is_simulated))):
        return
    rows = [
        {
            "study_pk": study.id,
            "is_simulated": is_simulated,
            "slot_index": slot_index,
            "slot_group": slot.group,
            **slot.cell._asdict(),
        }
        for slot_index, slot in allowed_slots(definition)
    ]
    try:
        with db.begin_nested():
            if rows:
                db.execute(insert(Slot), rows)
    except IntegrityError:  # another process was faster and made the same ones
        return


def allowed_slots(definition: StudyDefinition) -> Iterator[tuple[int, PlannedSlot]]:
    """The places that the quotas leave, with their numbers, from the lowest.

    A quota of cells takes places away instead of counting sessions: what is not there
    cannot be given to two at once.
    """
    filled: Counter[int] = Counter()
    for slot_index in range(definition.n_slots_in_all):
        slot = slot_of(definition.design, slot_index)
        met = [
            number
            for number, quota in enumerate(definition.cell_quotas)
            if _is_meant(quota, slot)
        ]
        if any(filled[n] >= definition.cell_quotas[n].max_sessions for n in met):
            continue
        filled.update(met)
        yield slot_index, slot


class Place(NamedTuple):
    """A slot, and how many sessions had it before, in whatever version of the study."""

    slot_index: int
    n_earlier: int


def lease_slot(
    db: Session, study: Study, definition: StudyDefinition, *, is_simulated: bool
) -> Place:
    """Lock the lowest place that nobody holds, until the end of the transaction.

    Raises:
        NotOpenError: all are held.
    """
    place = _lock_lowest(db, study, is_simulated=is_simulated)
    if place is None:  # all are held, or none is there yet
        prepare_slots(db, study, definition, is_simulated=is_simulated)
        place = _lock_lowest(db, study, is_simulated=is_simulated)
    if place is not None:
        return place
    every = select(func.count()).where(
        Slot.study_pk == study.id, Slot.is_simulated.is_(is_simulated)
    )
    n_slots = db.scalars(every).one()
    raise NotOpenError(f"study {study.study_id!r} has all {n_slots} slots taken")


def _lock_lowest(db: Session, study: Study, *, is_simulated: bool) -> Place | None:
    asked = {
        "study_pk": study.id,
        "study_id": study.study_id,
        "is_simulated": is_simulated,
    }
    while (found := db.execute(_LOWEST, asked).one_or_none()) is not None:
        place = Place(*found)
        if not can_be_late(db):
            return place
        held = _holders(study, is_simulated=is_simulated)
        if db.scalar(held.where(StudySession.slot_index == place.slot_index)) is None:
            return place
        # Taken between the look and the lock: the next look sees it.
    return None


def has_free_slot(db: Session, study: Study, *, now: datetime) -> bool:
    """Whether a person who came now would find a place; one may be about to expire."""
    if not db.scalar(select(_is_prepared(study, is_simulated=False))):
        return True  # nobody has come yet
    held = _holders(study, is_simulated=False).where(
        StudySession.slot_index == Slot.slot_index,
        or_(StudySession.outcome.is_not(None), StudySession.lease_expires_at > now),
    )
    free = select(Slot.slot_index).where(
        Slot.study_pk == study.id, Slot.is_simulated.is_(False), ~held.exists()
    )
    return db.scalar(free.limit(1)) is not None


def release_expired(db: Session, study_id: str, *, now: datetime) -> int:
    """Free the slots of sessions that ran out of time; returns how many.

    Whoever comes back after all may finish: the answers are stored as late.
    """
    if db.execute(_EXPIRED, {"study_id": study_id, "now": now}).first() is None:
        return 0  # as nearly always: an update costs several times this question
    expired = (
        update(StudySession)
        .where(
            StudySession.study_id == study_id,
            StudySession.holds_slot,
            StudySession.outcome.is_(None),
            StudySession.lease_expires_at <= now,
        )
        .values(
            holds_slot=False,
            freed_at=now,
            freed_by=FreedBy.LEASE,
            outcome=Outcome.TIMED_OUT,
            outcome_reason=OutcomeReason.LEASE,
        )
        .returning(StudySession.session_id)
    )
    return len(db.scalars(expired).all())


def free_slot(
    session: StudySession, by: FreedBy, *, freed_at: datetime, note: str | None = None
) -> bool:
    """Let others have the session's slot; False if it held none."""
    if not session.holds_slot:
        return False
    session.holds_slot = False
    session.freed_at, session.freed_by, session.freed_note = freed_at, by, note
    return True


def earlier_holders(
    db: Session, study: Study, slot_index: int, *, is_simulated: bool
) -> int:
    """How many sessions had the slot before, in whatever version of the study."""
    query = select(func.count()).where(
        StudySession.study_id == study.study_id,
        StudySession.slot_index == slot_index,
        StudySession.is_simulated.is_(is_simulated),
    )
    return db.scalars(query).one()


def _is_prepared(study: Study, *, is_simulated: bool) -> Exists:
    return exists().where(
        Slot.study_pk == study.id, Slot.is_simulated.is_(is_simulated)
    )


def _holders(study: Study, *, is_simulated: bool) -> Select[str]:
    """Sessions that hold a slot of the study."""
    return select(StudySession.session_id).where(
        StudySession.study_id == study.study_id,
        StudySession.is_simulated.is_(is_simulated),
        StudySession.holds_slot,
    )


def _is_meant(quota: CellQuotaPart, slot: PlannedSlot) -> bool:
    """Whether a quota speaks of the slot."""
    facts = {"group": slot.group, **slot.cell._asdict()}
    return all(
        wanted is None or facts[name] == wanted for name, wanted in quota.cell().items()
    )
