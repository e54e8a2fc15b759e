"""A place in the study for whoever asks, by a page or by the API; later its plan."""

from datetime import datetime

from sqlalchemy.orm import Session

from study_server.current import config, now, watch
from study_server.errors import NotNowError
from study_server.models import Study, StudySession
from study_server.participant.arriving import Arriving
from study_server.participant.blueprint import is_simulated, randomness
from study_server.services.arrivals import arrive
from study_server.services.bundles import load_bundle
from study_server.services.enrolment import Enrolment, enrol, plan_session
from study_server.services.identities import session_of_person
from study_server.services.visits import note_landing


def give_place(
    db: Session,
    study: Study,
    arriving: Arriving,
    *,
    language: str,
    token: str | None = None,
    opened_at: datetime | None = None,
) -> Enrolment:
    """Enrol a participant who has consented, now; or find the session they have.

    Args:
        db: open write transaction.
        language: in which the consent was read.
        token: the browser's secret, if it was given one already.
        opened_at: since when it was read. None: nobody knows, so since now.

    Raises:
        AlreadyTookPartError: their session is over, or in another study.
        LinkError: a personal link is needed, and this one lets nobody in.
        NotOpenError: the study is paused, closed or full.
        NotNowError: nothing can be stored at the moment.
    """
    if session_of_person(db, arriving.identity.pseudonym) is None:
        check_can_store()
    started_at = now()
    if config().is_preview:
        enrolment = enrol(
            db,
            study,
            started_at=started_at,
            rng=randomness(),
            token=token,
            language=language,
            preview_slot=0,
        )
    else:
        enrolment = arrive(
            db,
            study,
            arriving.identity,
            link=arriving.link,
            started_at=started_at,
            rng=randomness(),
            is_simulated=is_simulated(),
            token=token,
            language=language,
        )
    if enrolment.session.created_at == started_at:
        note_landing(
            db, enrolment.session, opened_at=opened_at or started_at, left_at=started_at
        )
    return enrolment


def check_can_store() -> None:
    """Let nobody in whose answers might not be kept.

    Raises:
        NotNowError: the disk is nearly full, or the database failed just now.
    """
    if watch().trouble() is not None:
        raise NotNowError("the server cannot store anything at the moment")


def give_plan(db: Session, session: StudySession) -> None:
    """Draw the session's plan, if it has none yet."""
    study = session.study
    bundle = load_bundle(config().bundles_dir, study.bundle_id)
    plan_session(db, session, study, bundle, rng=randomness())
