"""The page of the trials, and the pages of the study's own questions."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from study_server.current import now
from study_server.design.definition import StudyDefinition
from study_server.models import StudySession
from study_server.participant.blueprint import participant
from study_server.participant.runner_page import runner_values
from study_server.participant.showing import show_session
from study_server.participant.sitting import answer_on, go_to
from study_server.services.progress import complete
from study_server.services.questions import (
    end_if_quota_is_full,
    levels,
    questions_of,
    store_answers,
    unanswered,
)
from study_server.services.script import move_on

Finish = Callable[[Session, StudySession, StudyDefinition], None]


@participant.get("/<study_id>/trial")
def trial(study_id: str) -> ResponseReturnValue:
    """The page of the trial runner; practice and main trials happen on it."""

    def answer(db: Session, session: StudySession, definition: StudyDefinition) -> str:
        return show_session(db, session, "trial", **runner_values(definition, session))

    return answer_on(study_id, "trial", answer)


@participant.route("/<study_id>/screening", methods=["GET", "POST"])
def screening(study_id: str) -> ResponseReturnValue:
    """Questions before the instructions; their answers may be wanted no more."""

    def finish(db: Session, session: StudySession, definition: StudyDefinition) -> None:
        answered_at = now()
        if not end_if_quota_is_full(db, session, definition, answered_at=answered_at):
            move_on(db, session, definition, left_at=answered_at)

    return _ask(study_id, "screening", stage="screening", finish=finish)


@participant.route("/<study_id>/questions", methods=["GET", "POST"])
def questions(study_id: str) -> ResponseReturnValue:
    """The last questions; answering them completes the session."""

    def finish(db: Session, session: StudySession, _: StudyDefinition) -> None:
        complete(db, session, completed_at=now())

    return _ask(study_id, "questions", stage="end", finish=finish)


def _ask(
    study_id: str, page: str, *, stage: str, finish: Finish
) -> ResponseReturnValue:
    """Show a page of questions, or take its answers."""

    def answer(
        db: Session, session: StudySession, definition: StudyDefinition
    ) -> ResponseReturnValue:
        asked = questions_of(definition, stage)
        is_sent = request.method == "POST"
        missing = unanswered(asked, request.form) if is_sent else []
        if is_sent and not missing:
            store_answers(
                db,
                session,
                asked,
                request.form,
                pasted=request.form.getlist("pasted"),
                answered_at=now(),
            )
            finish(db, session, definition)
            return go_to(session, study_id)
        shown = show_session(
            db,
            session,
            "questions",
            page=page,
            asked=asked,
            levels=levels,
            missing=missing,
            given=request.form,
        )
        return shown, 422 if missing else 200

    return answer_on(study_id, page, answer)
