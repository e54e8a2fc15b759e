"""Taking a preview session to the place it is to begin at. No Flask.

Whatever comes before is answered rightly, through the code that stores real answers.
"""

import json
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from study_server.bundle import Bundle
from study_server.design.definition import StudyDefinition
from study_server.design.schedule import draw_plan
from study_server.errors import DefinitionError
from study_server.models import Outcome, Stage, Study, StudySession, Trial, TrialKind
from study_server.participant.submission import read_submission
from study_server.preview.targets import Target
from study_server.services.endings import end
from study_server.services.enrolment import Enrolment, enrol, plan_session
from study_server.services.practice import begin_trials
from study_server.services.progress import complete, current_trial
from study_server.services.responses import record_response
from study_server.services.studies import definition_of

MIDDLE_RATING = 50
SHOWN_MS = 1000.0


class Wish(NamedTuple):
    """What to see."""

    target: Target
    language: str
    slot_index: int
    condition: str | None
    """Of the first trial that counts; None: whichever comes first. Where the slot never
    sees it, the next one does that sees it."""


def seat(
    db: Session,
    study: Study,
    bundle: Bundle,
    wish: Wish,
    *,
    started_at: datetime,
    rng: Random,
) -> Enrolment:
    """A session of nobody, on any slot whoever holds it, at the place wished for.

    Raises:
        DefinitionError: nobody ever sees the condition.
    """
    wish = wish._replace(slot_index=slot_for(definition_of(study), bundle, wish))
    enrolment = enrol(
        db,
        study,
        started_at=started_at,
        rng=rng,
        language=wish.language,
        preview_slot=wish.slot_index,
    )
    plan_session(db, enrolment.session, study, bundle, rng=rng)
    _move(db, enrolment.session, wish, now=started_at)
    return enrolment


def slot_for(definition: StudyDefinition, bundle: Bundle, wish: Wish) -> int:
    """The first slot, from the one wished for, that sees the condition.

    Raises:
        DefinitionError: there is none.
    """
    n_slots = definition.n_slots_in_all
    for step in range(n_slots if wish.condition else 1):
        slot = (wish.slot_index + step) % n_slots
        plan = draw_plan(definition, bundle, slot_index=slot, rng=Random(0))
        conditions = {t.condition for t in plan if t.trial_kind == TrialKind.MAIN}
        if wish.condition is None or wish.condition in conditions:
            return slot
    raise DefinitionError(
        f"no slot has a main trial with {wish.condition!r}; choose another condition"
    )


def _move(db: Session, session: StudySession, wish: Wish, *, now: datetime) -> None:
    stage = wish.target.stage
    session.stage = stage
    if stage in (Stage.PRACTICE, Stage.MAIN, Stage.DEBRIEF):
        begin_trials(db, session, begun_at=now)
        answer_until(db, session, _place(wish), now=now)
    if wish.target.outcome in (Outcome.COMPLETED, Outcome.ALREADY_TOOK_PART):
        complete(db, session, completed_at=now)
    elif wish.target.outcome is not None:
        end(session, wish.target.outcome, wish.target.reason, ended_at=now)
    db.flush()


def _place(wish: Wish) -> Callable[[Trial], bool]:
    """Whether a trial is where the preview begins."""
    if wish.target.stage == Stage.PRACTICE:
        return lambda _trial: True
    if wish.target.stage == Stage.DEBRIEF:
        return lambda _trial: False
    if wish.target.name == "break":
        return lambda trial: bool(trial.block_index)
    return lambda trial: (
        trial.trial_kind == TrialKind.MAIN and wish.condition in (None, trial.condition)
    )


def answer_until(
    db: Session,
    session: StudySession,
    is_reached: Callable[[Trial], bool],
    *,
    now: datetime,
) -> None:
    """Answer trial by trial, all of them right, up to the first that is reached."""
    while (trial := current_trial(db, session)) is not None:
        if is_reached(trial):
            return
        body = json.dumps(right_answer(trial)).encode()
        record_response(db, session, read_submission(body), received_at=now)


def right_answer(trial: Trial) -> dict[str, object]:
    """What a browser would send, had someone answered rightly."""
    is_rating = trial.correct_option is None
    return {
        # Told apart from all others by the trial, so that it needs no chance.
        "response_id": str(UUID(trial.trial_id)),
        "trial_id": trial.trial_id,
        "choice": trial.correct_option,
        "confidence": None if is_rating else 2,
        "rating": MIDDLE_RATING if is_rating else None,
        "rt_ms": SHOWN_MS,
        "onset_ms": 0.0,
        "response_ms": SHOWN_MS,
        "onset_method": "simulated",
        "input_modality": "simulated",
    }
