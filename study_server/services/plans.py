"""Storing a session's plan, under ids that tell a participant nothing. No Flask."""

from collections.abc import Sequence
from dataclasses import fields
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from study_server.bundle import Bundle
from study_server.design.planned import HasPlanParts, PlannedTrial
from study_server.design.schedule import draw_plan
from study_server.models import Appearance, StudySession, Trial
from study_server.services.places import (
    NEGATIVE_PANEL_PLACE,
    OPTION_PLACES,
    PANEL_PLACE,
    REFERENCE_PLACE,
)


def store_plan(
    db: Session,
    session: StudySession,
    parts: HasPlanParts,
    bundle: Bundle,
    *,
    rng: Random,
) -> None:
    """Draw the plan from the session's seed and store every trial and image place.

    Args:
        rng: source of the opaque ids, apart from the plan's own generator.
    """
    plan = draw_plan(
        parts,
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
    rows = [
        {
            "image_id": f"{rng.getrandbits(128):032x}",
            "trial_id": trial.trial_id,
            "place": place,
            "stimulus_id": stimulus_id,
        }
        for trial in trials
        for place, stimulus_id in places(trial).items()
    ]
    db.execute(insert(Appearance), rows)


def places(trial: Trial) -> dict[str, str]:
    """Where each image of a trial stands: place to stimulus_id.

    The panels come first, then the reference, then the options; one that is rated
    stands at the place of the first.
    """
    reference = trial.reference_stimulus_id
    return {
        **_numbered(NEGATIVE_PANEL_PLACE, trial.negative_panel_stimulus_ids),
        **_numbered(PANEL_PLACE, trial.panel_stimulus_ids),
        **({} if reference is None else {REFERENCE_PLACE: reference}),
        **dict(zip(OPTION_PLACES, trial.option_stimulus_ids, strict=False)),
    }


def _numbered(place: str, stimulus_ids: Sequence[str]) -> dict[str, str]:
    return {f"{place}{index}": name for index, name in enumerate(stimulus_ids)}


def _trial(
    session_id: str, trial_index: int, planned: PlannedTrial, rng: Random
) -> Trial:
    return Trial(
        trial_id=f"{rng.getrandbits(128):032x}",
        session_id=session_id,
        trial_index=trial_index,
        presentation_index=trial_index,
        n_postponed=0,
        **{name: _stored(value) for name, value in planned_values(planned).items()},
    )


def planned_values(planned: PlannedTrial) -> dict[str, Any]:
    """A planned trial by column."""
    return {each.name: getattr(planned, each.name) for each in fields(planned)}


def _stored(value: Any) -> Any:
    """JSON columns hold lists."""
    return list(value) if isinstance(value, tuple) else value
