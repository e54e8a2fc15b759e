"""Where a session stands and what is asked there, as JSON for a lab's own front end."""

from math import ceil
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from study_server.current import now
from study_server.design.definition import StudyDefinition
from study_server.models import Outcome, Stage, StudySession
from study_server.participant.outcomes import ending_of
from study_server.services.comprehension import count_attempts, items_of
from study_server.services.endings import is_over
from study_server.services.identities import identity_of
from study_server.services.instructions import missing_ms, pages_of
from study_server.services.questions import levels, questions_of
from study_server.services.studies import definition_of
from study_server.services.visits import note_page

TRIAL_STAGES = (Stage.PRACTICE, Stage.MAIN)
ASKING = {Stage.SCREENING: "screening", Stage.DEBRIEF: "end"}
"""Stage to the stage that its questions name in the definition."""


def session_json(db: Session, session: StudySession) -> dict[str, Any]:
    """The whole state; the stay on this part of the script begins now.

    What a stage asks stands under the stage's own key; the others are null.
    """
    definition = definition_of(session.study)
    stage = None if is_over(session) else Stage(session.stage)
    if stage is not None and stage not in TRIAL_STAGES:
        language, page = session.language, _page(session, stage)
        note_page(db, session, page, language=language, opened_at=now())
    study_id = definition.study.study_id
    return {
        "stage": session.stage,
        "is_over": is_over(session),
        "language": session.language,
        "trial_url": (
            url_for("participant.current_trial", study_id=study_id)
            if stage in TRIAL_STAGES
            else None
        ),
        "device": _device(definition) if stage == Stage.DEVICE else None,
        "instructions": (
            _instructions(db, session, definition)
            if stage == Stage.INSTRUCTIONS
            else None
        ),
        "comprehension": (
            _comprehension(db, session, definition)
            if stage == Stage.COMPREHENSION
            else None
        ),
        "questions": _questions(session, definition, stage),
        "ending": _ending(db, session, definition),
    }


def _page(session: StudySession, stage: Stage) -> str:
    """The name of the page that stands for the stage in the script."""
    if stage == Stage.INSTRUCTIONS:
        return f"instructions-{session.instructions_page + 1}"
    return "questions" if stage == Stage.DEBRIEF else stage.value


def _device(definition: StudyDefinition) -> dict[str, Any]:
    display = definition.display
    return {
        "window_gate": display.window_gate,
        "min_window_width_px": display.min_window_width_px,
        "min_window_height_px": display.min_window_height_px,
    }


def _instructions(
    db: Session, session: StudySession, definition: StudyDefinition
) -> dict[str, Any]:
    pages = pages_of(definition, session.language)
    return {
        "text": pages[session.instructions_page],
        "page": session.instructions_page + 1,
        "n_pages": len(pages),
        "missing_ms": ceil(missing_ms(db, session, definition, now=now())),
    }


def _comprehension(
    db: Session, session: StudySession, definition: StudyDefinition
) -> dict[str, Any]:
    n_left = definition.comprehension.max_attempts - count_attempts(db, session)
    items = items_of(definition, session.language)
    return {
        "items": [
            {"question": item.question, "answers": list(item.answers)} for item in items
        ],
        "n_attempts_left": n_left,
    }


def _questions(
    session: StudySession, definition: StudyDefinition, stage: Stage | None
) -> list[dict[str, Any]] | None:
    if stage not in ASKING:
        return None
    words = definition.texts_in(session.language).questions
    return [
        {
            "name": each.name,
            "kind": each.kind,
            "is_required": each.is_required,
            "levels": list(levels(each)),
            **words[each.name].model_dump(),
        }
        for each in questions_of(definition, ASKING[stage])
    ]


def _ending(
    db: Session, session: StudySession, definition: StudyDefinition
) -> dict[str, Any] | None:
    if not is_over(session):
        return None
    origin = identity_of(db, session)
    ending = ending_of(
        definition, Outcome(str(session.outcome)), session, origin=origin
    )
    return {
        "outcome": ending.name,
        "reason": ending.reason,
        "code": ending.code,
        "return_url": ending.return_url,
        "debrief": (
            definition.texts_in(session.language).debrief
            if ending.name == Outcome.COMPLETED
            else None
        ),
    }
