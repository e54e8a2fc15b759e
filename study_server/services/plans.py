"""Storing a session's plan, under ids that tell a participant nothing. No Flask."""

from random import Random

from sqlalchemy.orm import Session

from study_server.bundle import Bundle
from study_server.design.definition import DesignPart
from study_server.design.schedule import PlannedTrial, draw_plan
from study_server.models import Appearance, StudySession, Trial

PANEL_PLACE = "panel-"
OPTION_PLACES = frozenset({"left", "right", "single"})
"""Places of the pictures a participant is asked about."""


def store_plan(
    db: Session,
    session: StudySession,
    design: DesignPart,
    bundle: Bundle,
    *,
    rng: Random,
) -> None:
    """Draw the plan from the session's seed and store every trial and image place.

    Args:
        rng: source of the opaque ids, apart from the plan's own generator.
    """
    plan = draw_plan(
        design,
        bundle,
        slot_index=session.slot_index,
        rng=Random(session.rng_seed),
    )
    trials = [
        _trial(session.session_id, trial_index, planned, rng)
        for trial_index, planned in enumerate(plan)
    ]
    db.add_all(trials)
    db.flush()
    for trial in trials:
        db.add_all(
            Appearance(
                image_id=f"{rng.getrandbits(128):032x}",
                trial_id=trial.trial_id,
                place=place,
                stimulus_id=stimulus_id,
            )
            for place, stimulus_id in places(trial).items()
        )
    db.flush()


def places(trial: Trial) -> dict[str, str]:
    """Where each image of a trial stands: place to stimulus_id."""
    is_left = trial.correct_option == "left"
    target, distractor = trial.target_stimulus_id, trial.distractor_stimulus_id
    left, right = (target, distractor) if is_left else (distractor, target)
    panel = {
        f"{PANEL_PLACE}{index}": stimulus_id
        for index, stimulus_id in enumerate(trial.panel_stimulus_ids)
    }
    return {"left": left, "right": right, **panel}


def _trial(
    session_id: str, trial_index: int, planned: PlannedTrial, rng: Random
) -> Trial:
    return Trial(
        trial_id=f"{rng.getrandbits(128):032x}",
        session_id=session_id,
        trial_index=trial_index,
        block_index=planned.block_index,
        trial_kind=planned.trial_kind,
        condition=planned.condition,
        feature_id=planned.feature_id,
        query_pair_id=planned.query_pair_id,
        stratum=planned.stratum,
        activation_gap=planned.activation_gap,
        target_stimulus_id=planned.target_stimulus_id,
        distractor_stimulus_id=planned.distractor_stimulus_id,
        correct_option=planned.correct_option,
        panel_stimulus_ids=list(planned.panel_stimulus_ids),
    )
