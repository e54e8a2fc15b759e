"""What the trial runner asks and tells: JSON in, JSON out."""

from typing import Any

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from study_server.errors import ResponseRefusedError, TrialNotFoundError
from study_server.models import StudySession
from study_server.participant.blueprint import database, now, participant
from study_server.participant.sitting import page_of, resume_sitting, study_of
from study_server.participant.submission import read_submission
from study_server.services.responses import record_response
from study_server.services.studies import definition_of
from study_server.services.trial_view import TrialView, serve_trial


@participant.get("/<study_id>/api/trial")
def current_trial(study_id: str) -> ResponseReturnValue:
    """The trial to show now, or the page to go to."""
    with database().write() as db:
        session = resume_sitting(db, study_id)
        if session is None:
            return no_session(study_id)
        if page_of(session) != "participant.trial":
            return jsonify(next=url_for(page_of(session), study_id=study_id))
        view = serve_trial(db, session, served_at=now())
        if view is None:
            return jsonify(next=url_for(page_of(session), study_id=study_id))
        return jsonify(_as_json(db, session, study_id, view))


@participant.post("/<study_id>/api/responses")
def store_response(study_id: str) -> ResponseReturnValue:
    """Store one answer; the acknowledgement leaves after the commit."""
    try:
        submission = read_submission(request.get_data())
        with database().write() as db:
            session = resume_sitting(db, study_id)
            if session is None:
                return no_session(study_id)
            acknowledgement = record_response(
                db, session, submission, received_at=now()
            )
    except ResponseRefusedError as error:
        return jsonify(error="response_refused", message=str(error)), 422
    except TrialNotFoundError as error:
        return jsonify(error="trial_not_found", message=str(error)), 404
    return jsonify(acknowledgement)


def no_session(study_id: str) -> ResponseReturnValue:
    """The browser holds no secret we know."""
    return (
        jsonify(
            error="no_session",
            message="This browser has not started the study.",
            next=url_for("participant.landing", study_id=study_id),
        ),
        401,
    )


def _as_json(
    db: Session, session: StudySession, study_id: str, view: TrialView
) -> dict[str, Any]:
    def url(image_id: str) -> str:
        return url_for("participant.image", study_id=study_id, image_id=image_id)

    panel = [{"image_id": i, "url": url(i)} for i in view.panel_image_ids]
    timing = definition_of(study_of(db, session)).timing
    return {
        "trial_id": view.trial_id,
        "number": view.number,
        "n_trials": view.n_trials,
        "phase": view.phase,
        "interlude": view.interlude,
        "n_blocks_done": view.n_blocks_done,
        "n_blocks": view.n_blocks,
        "panel": panel,
        "panel_columns": 2,
        "panel_min_ms": timing.panel_min_ms,
        "left": {"image_id": view.left_image_id, "url": url(view.left_image_id)},
        "right": {"image_id": view.right_image_id, "url": url(view.right_image_id)},
        "upcoming": [url(i) for i in view.upcoming_image_ids],
    }
