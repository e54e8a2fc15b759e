"""A place in the study for whoever asks, by a page or by the API."""

from datetime import datetime

from sqlalchemy.orm import Session

from study_server.errors import NotOpenError
from study_server.models import Study
from study_server.participant.blueprint import (
    config,
    is_simulated,
    now,
    randomness,
    watch,
)
from study_server.services.bundles import load_bundle
from study_server.services.enrolment import Enrolment, enrol
from study_server.services.visits import note_landing


def give_place(
    db: Session,
    study: Study,
    *,
    language: str,
    token: str | None = None,
    opened_at: datetime | None = None,
) -> Enrolment:
    """Enrol a participant who has consented, now.

    Args:
        db: open write transaction.
        language: in which the consent was read.
        token: the browser's secret, if it was given one already.
        opened_at: since when it was read. None: nobody knows, so since now.

    Raises:
        NotOpenError: the study is paused, closed or full, or nothing can be stored.
    """
    check_can_store()
    started_at = now()
    enrolment = enrol(
        db,
        study,
        load_bundle(config().bundles_dir, study.bundle_id),
        started_at=started_at,
        rng=randomness(),
        is_simulated=is_simulated(),
        token=token,
        language=language,
        preview_slot=0 if config().is_preview else None,
    )
    note_landing(
        db, enrolment.session, opened_at=opened_at or started_at, left_at=started_at
    )
    return enrolment


def check_can_store() -> None:
    """Let nobody in whose answers might not be kept.

    Raises:
        NotOpenError: the disk is nearly full, or the database failed just now.
    """
    if watch().trouble() is not None:
        raise NotOpenError("the server cannot store anything at the moment")
