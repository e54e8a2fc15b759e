"""The instructions, page by page, and the questions that show they were understood."""

from math import ceil

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from study_server.current import now
from study_server.design.conditions import NO_PANEL
from study_server.design.definition import StudyDefinition
from study_server.design.parts.design import DesignPart
from study_server.models import StudySession
from study_server.participant.blueprint import participant
from study_server.participant.showing import show_session
from study_server.participant.sitting import answer_on, go_to
from study_server.services.comprehension import (
    count_attempts,
    items_of,
    last_attempt,
    record_attempt,
)
from study_server.services.instructions import missing_ms, pages_of, turn_page
from study_server.services.script import move_on


@participant.route("/<study_id>/instructions", methods=["GET", "POST"])
def instructions(study_id: str) -> ResponseReturnValue:
    """What to do; the way on opens after a minimum time, kept by the server."""

    def answer(
        db: Session, session: StudySession, definition: StudyDefinition
    ) -> ResponseReturnValue:
        if request.method == "GET":
            return _instructions_page(db, session, definition)
        by = -1 if request.form.get("turn") == "back" else 1
        if not turn_page(db, session, definition, by=by, turned_at=now()):
            return _instructions_page(db, session, definition, is_early=True)
        return go_to(session, study_id)

    return answer_on(study_id, "instructions", answer)


@participant.route("/<study_id>/comprehension", methods=["GET", "POST"])
def comprehension(study_id: str) -> ResponseReturnValue:
    """The questions on the instructions; every try is stored."""

    def answer(
        db: Session, session: StudySession, definition: StudyDefinition
    ) -> ResponseReturnValue:
        if request.method == "GET":
            return _comprehension_page(db, session, definition)
        answers = _answers(len(items_of(definition, session.language)))
        if missing := [number for number, given in answers.items() if given == 0]:
            return _comprehension_page(db, session, definition, missing=missing), 422
        given = list(answers.values())
        if record_attempt(db, session, definition, given, submitted_at=now()):
            move_on(db, session, definition, left_at=now())
        return go_to(session, study_id)

    return answer_on(study_id, "comprehension", answer)


def _instructions_page(
    db: Session,
    session: StudySession,
    definition: StudyDefinition,
    *,
    is_early: bool = False,
) -> str:
    pages = pages_of(definition, session.language)
    number = session.instructions_page + 1
    is_last = number == len(pages)
    page = f"instructions-{number}"
    # The stay on the first page begins here, and with it the time that is asked for.
    missing = missing_ms(db, session, definition, now=now()) if is_last else 0.0
    return show_session(
        db,
        session,
        "instructions",
        page=page,
        part=pages[number - 1],
        number=number,
        n_pages=len(pages),
        is_last=is_last,
        without_panel=_without_panel(definition.design),
        missing_ms=ceil(missing),
        is_early=is_early,
    )


def _without_panel(design: DesignPart) -> str | None:
    """What is said of trials without a panel, to all: the page is the same for all.

    `for_some`: some see none at all and have no practice; `sometimes`: everyone does.
    """
    is_asked = NO_PANEL in design.conditions
    if design.none_after_slots or (is_asked and design.crossing == "between"):
        return "for_some"
    return "sometimes" if is_asked or design.none_share else None


def _comprehension_page(
    db: Session,
    session: StudySession,
    definition: StudyDefinition,
    *,
    missing: list[int] | None = None,
) -> str:
    n_attempts = count_attempts(db, session)
    return show_session(
        db,
        session,
        "comprehension",
        items=items_of(definition, session.language),
        parts=pages_of(definition, session.language),
        missing=missing or [],
        given=request.form if missing else {},
        last=last_attempt(db, session),
        n_left=definition.comprehension.max_attempts - n_attempts,
    )


def _answers(n_items: int) -> dict[int, int]:
    """Item to the answer chosen, both from 1; 0 where none was."""
    found = {}
    for number in range(1, n_items + 1):
        text = request.form.get(f"item-{number}", "")
        found[number] = int(text) if text in {"1", "2", "3", "4", "5", "6"} else 0
    return found
