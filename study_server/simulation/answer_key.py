"""What the server knows and a browser never learns, read from its database.

Only simulated participants need it: to be right as often as was planted, they must
know what is right. Nothing is written here.
"""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from study_server.bundle import Bundle
from study_server.db import Database
from study_server.errors import SimulationError
from study_server.models import StudySession, Trial
from study_server.services.bundles import load_bundle
from study_server.services.comprehension import items_of
from study_server.services.studies import definition_of, get_study
from study_server.simulation.observer import TrialTruth


class SessionFacts(NamedTuple):
    """What is planned for one session."""

    session_id: str
    rng_seed: int
    truths: dict[str, TrialTruth]
    """By trial_id."""


def read_session(
    database: Database, trial_id: str, *, bundles_dir: Path | None = None
) -> SessionFacts:
    """The plan of the session that a trial belongs to.

    Args:
        bundles_dir: folder of the imported bundles; only ratings need it.

    Raises:
        SimulationError: this database does not know the trial, or holds the session
            for that of a person.
    """
    with database.read() as db:
        trial = db.get(Trial, trial_id)
        if trial is None:
            raise SimulationError(
                "the server at this address uses another database than this one; "
                "give --data and --database as they were given to `study-server run`"
            )
        session = db.get_one(StudySession, trial.session_id)
        if not session.is_simulated:
            raise SimulationError(
                f"session {session.session_id} was not marked as simulated; "
                "it is left where it is"
            )
        trials = db.scalars(
            select(Trial).where(Trial.session_id == trial.session_id)
        ).all()
        bundle_id = session.study.bundle_id
        bundle = None if bundles_dir is None else load_bundle(bundles_dir, bundle_id)
        truths = {each.trial_id: _truth(each, bundle) for each in trials}
        return SessionFacts(session.session_id, session.rng_seed, truths)


def right_answers(database: Database, study_id: str) -> dict[str, str]:
    """Control to right answer on the page of questions on the instructions."""
    with database.read() as db:
        definition = definition_of(get_study(db, study_id))
    items = items_of(definition, definition.study.language)
    return {f"item-{n}": str(item.correct) for n, item in enumerate(items, start=1)}


def _truth(trial: Trial, bundle: Bundle | None) -> TrialTruth:
    rated = bundle and bundle.stimuli.get(trial.target_stimulus_id)
    return TrialTruth(
        trial_kind=trial.trial_kind,
        condition=trial.condition,
        feature_id=trial.feature_id,
        correct_option=trial.correct_option,
        percentile=rated.activation_percentile if rated else None,
    )
