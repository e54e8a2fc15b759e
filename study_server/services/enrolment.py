"""Letting a participant in: a slot, a session and its whole plan. No Flask."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from study_server.bundle import Bundle
from study_server.db import is_writing
from study_server.design.definition import StudyDefinition
from study_server.design.slots import slot_of
from study_server.errors import NotOpenError
from study_server.models import (
    Outcome,
    OutcomeReason,
    Stage,
    Study,
    StudySession,
    StudyStatus,
)
from study_server.services.plans import store_plan
from study_server.services.studies import definition_of
from study_server.services.texts import consent_sha256


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolment:
    """A session, and the secret by which its browser is known again."""

    session: StudySession
    token: str


def enrol(
    db: Session,
    study: Study,
    bundle: Bundle,
    *,
    started_at: datetime,
    rng: Random,
    is_simulated: bool = False,
    token: str | None = None,
    language: str | None = None,
    preview_slot: int | None = None,
) -> Enrolment:
    """Lease the lowest free slot to a participant who has just consented.

    Simulated participants have slots of their own, so that they take no one's place.

    Args:
        db: open write transaction.
        rng: source of ids and of the token; unpredictable outside tests.
        token: the browser's secret, if it was given one already.
        language: in which the consent was read. None: the study's own.
        preview_slot: the slot to look at; it is not held. None: this is no preview.

    Raises:
        NotOpenError: the study is paused, closed or full.
    """
    if study.status != StudyStatus.OPEN:
        raise NotOpenError(f"study {study.study_id!r} is {study.status}")
    definition = definition_of(study)
    queue_arrivals(db, study)
    release_expired_leases(db, study, now=started_at)
    slot_index = preview_slot
    if slot_index is None:
        slot_index = lowest_free_slot(db, study, definition, is_simulated=is_simulated)
    token = token or new_id(rng)
    session = _new_session(
        study, definition, slot_index=slot_index, started_at=started_at, rng=rng
    )
    session.language = language or definition.study.language
    consent = definition.texts_in(session.language).consent
    session.consent_sha256 = consent_sha256(consent)
    session.token_sha256 = hash_token(token)
    session.is_simulated = is_simulated
    session.is_preview = preview_slot is not None
    session.holds_slot = not session.is_preview
    session.rng_seed = plan_rng_seed(
        db, study, definition, slot_index, is_simulated=is_simulated
    )
    db.add(session)
    db.flush()
    store_plan(db, session, definition, bundle, rng=rng)
    return Enrolment(session=session, token=token)


def queue_arrivals(db: Session, study: Study) -> None:
    """Let one transaction at a time give places in a study; the others wait."""
    row = select(Study.id).where(Study.id == study.id)
    db.execute(row.with_for_update(key_share=True))


def is_open(db: Session, study: Study, *, now: datetime) -> bool:
    """Whether someone who came now would get a place."""
    if study.status != StudyStatus.OPEN:
        return False
    n_slots = definition_of(study).n_slots_in_all
    held = select(StudySession.slot_index).where(
        StudySession.study_pk == study.id,
        StudySession.is_simulated.is_(False),
        StudySession.holds_slot,
        (StudySession.lease_expires_at > now) | (StudySession.stage == Stage.COMPLETED),
    )
    return len(db.scalars(held).all()) < n_slots


def release_expired_leases(db: Session, study: Study, *, now: datetime) -> int:
    """Free the slots of sessions that ran out of time; returns how many.

    Whoever comes back after all may finish: the answers are stored as late.
    """
    expired = (
        update(StudySession)
        .where(
            StudySession.study_pk == study.id,
            StudySession.holds_slot,
            StudySession.outcome.is_(None),
            StudySession.lease_expires_at <= now,
        )
        .values(
            holds_slot=False,
            outcome=Outcome.TIMED_OUT,
            outcome_reason=OutcomeReason.LEASE,
        )
        .returning(StudySession.session_id)
    )
    return len(db.scalars(expired).all())


def lowest_free_slot(
    db: Session, study: Study, definition: StudyDefinition, *, is_simulated: bool
) -> int:
    """The first slot nobody holds, so that cells fill evenly.

    Raises:
        NotOpenError: all are held.
    """
    held = set(
        db.scalars(
            select(StudySession.slot_index).where(
                StudySession.study_pk == study.id,
                StudySession.is_simulated.is_(is_simulated),
                StudySession.holds_slot,
            )
        )
    )
    for slot_index in range(definition.n_slots_in_all):
        if slot_index not in held:
            return slot_index
    raise NotOpenError(
        f"study {study.study_id!r} has all {definition.n_slots_in_all} slots taken"
    )


def find_session(db: Session, study_id: str, token: str) -> StudySession | None:
    """The session a browser's secret belongs to, in whatever version of the study.

    In a write transaction it is this request's alone until the commit: what the same
    browser sends at the same time waits.
    """
    query = (
        select(StudySession)
        .join(Study, Study.id == StudySession.study_pk)
        .where(
            Study.study_id == study_id, StudySession.token_sha256 == hash_token(token)
        )
    )
    if is_writing(db):
        query = query.with_for_update(of=StudySession)
    return db.scalars(query).one_or_none()


def plan_rng_seed(
    db: Session,
    study: Study,
    definition: StudyDefinition,
    slot_index: int,
    *,
    is_simulated: bool,
) -> int:
    """63 bits that follow from the study's own seed, the slot and who had it before."""
    earlier = db.scalars(
        select(StudySession.session_id).where(
            StudySession.study_pk == study.id,
            StudySession.slot_index == slot_index,
            StudySession.is_simulated.is_(is_simulated),
        )
    ).all()
    text = f"{definition.study.rng_seed} {study.version} {slot_index} {len(earlier)}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def new_id(rng: Random) -> str:
    """128 random bits in hex."""
    return f"{rng.getrandbits(128):032x}"


def hash_token(token: str) -> str:
    """What is stored in place of a browser's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def _new_session(
    study: Study,
    definition: StudyDefinition,
    *,
    slot_index: int,
    started_at: datetime,
    rng: Random,
) -> StudySession:
    slot = slot_of(definition.design, slot_index)
    lease = timedelta(minutes=definition.timing.lease_minutes)
    return StudySession(
        session_id=new_id(rng),
        participant_id=new_id(rng),
        study_pk=study.id,
        slot_index=slot_index,
        holds_slot=True,
        slot_group=slot.group,
        **slot.cell._asdict(),
        stage=Stage.DEVICE,
        created_at=started_at,
        consented_at=started_at,
        last_seen_at=started_at,
        lease_expires_at=started_at + lease,
    )
