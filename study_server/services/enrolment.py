"""Letting a participant in: a slot, a session, and in time its whole plan. No Flask."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.bundle import Bundle
from study_server.design.definition import StudyDefinition
from study_server.design.slots import slot_of
from study_server.errors import NotOpenError
from study_server.models import (
    Stage,
    Study,
    StudySession,
    StudyStatus,
    Trial,
)
from study_server.services.leases import (
    Place,
    earlier_holders,
    has_free_slot,
    lease_slot,
    release_expired,
)
from study_server.services.pauses import due_pause, pause_if_due
from study_server.services.plans import store_plan
from study_server.services.secrets import hash_token, new_id
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
    *,
    started_at: datetime,
    rng: Random,
    is_simulated: bool = False,
    token: str | None = None,
    language: str | None = None,
    preview_slot: int | None = None,
    person: str | None = None,
    submission: str | None = None,
) -> Enrolment:
    """Lease the lowest free slot to a participant who has just consented.

    The plan follows from what is stored here; `plan_session` draws it before the first
    trial, so that five hundred who come at once wait for no one's plan.

    Args:
        db: open write transaction, which makes arrivals queue for slots.
        rng: source of ids and of the token; unpredictable outside tests.
        is_simulated: simulated participants have slots of their own.
        token: the browser's secret, if it was given one already.
        language: in which the consent was read. None: the study's own.
        preview_slot: the slot to look at; it is not held. None: this is no preview.
        person, submission: their pseudonyms. None: nobody can tell.

    Raises:
        NotOpenError: the study is paused, closed or full.
    """
    definition = definition_of(study)
    if preview_slot is None:
        refuse_unless_open(db, study, now=started_at)
        place = lease_slot(db, study, definition, is_simulated=is_simulated)
    else:
        n_earlier = earlier_holders(db, study, preview_slot, is_simulated=is_simulated)
        place = Place(preview_slot, n_earlier)
    token = token or new_id(rng)
    session = _new_session(
        study, definition, slot_index=place.slot_index, started_at=started_at, rng=rng
    )
    session.pseudonym, session.submission_pseudonym = person, submission
    session.language = language or definition.study.language
    consent = definition.texts_in(session.language).consent
    session.consent_sha256 = consent_sha256(consent)
    session.token_sha256 = hash_token(token)
    session.is_simulated = is_simulated
    session.is_preview = preview_slot is not None
    session.holds_slot = not session.is_preview
    session.rng_seed = plan_rng_seed(study, definition, place)
    db.add(session)
    db.flush()
    return Enrolment(session=session, token=token)


def refuse_unless_open(db: Session, study: Study, *, now: datetime) -> None:
    """Free what has expired, pause what is due, and say if nobody is let in.

    Raises:
        NotOpenError: the study is paused or closed.
    """
    release_expired(db, study.study_id, now=now)
    pause_if_due(db, study, now=now)
    if study.status != StudyStatus.OPEN:
        raise NotOpenError(f"study {study.study_id!r} is {study.status}")


def plan_session(
    db: Session, session: StudySession, study: Study, bundle: Bundle, *, rng: Random
) -> None:
    """Draw and store the whole plan of a session that has none yet.

    Args:
        rng: source of the opaque ids; the plan itself follows from the stored seed.
    """
    planned = select(Trial.trial_id).where(Trial.session_id == session.session_id)
    if db.scalar(planned.limit(1)) is None:
        store_plan(db, session, definition_of(study), bundle, rng=rng)


def is_open(db: Session, study: Study, *, now: datetime) -> bool:
    """Whether someone who came now would get a place; changes nothing."""
    return (
        study.status == StudyStatus.OPEN
        and due_pause(db, study) is None
        and has_free_slot(db, study, now=now)
    )


def plan_rng_seed(study: Study, definition: StudyDefinition, place: Place) -> int:
    """63 bits that follow from the study's own seed, the slot and who had it before."""
    seed, (slot_index, n_earlier) = definition.study.rng_seed, place
    text = f"{seed} {study.version} {slot_index} {n_earlier}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def _new_session(
    study: Study,
    definition: StudyDefinition,
    *,
    slot_index: int,
    started_at: datetime,
    rng: Random,
) -> StudySession:
    slot = slot_of(definition.design, slot_index)
    lease = timedelta(minutes=definition.lease_minutes)
    return StudySession(
        session_id=new_id(rng),
        participant_id=new_id(rng),
        study_pk=study.id,
        study_id=study.study_id,
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
