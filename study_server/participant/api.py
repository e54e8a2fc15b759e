"""What the trial runner asks and tells: JSON in, JSON out."""

from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from study_server.current import config, database, now
from study_server.errors import (
    ResponseRefusedError,
    StudyServerError,
    TrialNotFoundError,
)
from study_server.participant.blueprint import participant
from study_server.participant.sitting import (
    page_of,
    resume_sender,
    resume_sitting,
)
from study_server.participant.submission import (
    read_images_missing,
    read_submission,
    read_trial_id,
)
from study_server.services.bundles import picture_length
from study_server.services.display import display_of, has_feedback, panel_name
from study_server.services.missing_images import postpone_or_give_up
from study_server.services.places import OPTION_PLACES, ServedImage
from study_server.services.rejections import keep_rejected
from study_server.services.responses import record_response
from study_server.services.studies import definition_of
from study_server.services.trial_view import (
    LengthOf,
    TrialView,
    hold_trials,
    view_trials,
)

TRIAL_FACTS = (
    "trial_id",
    "task",
    "phase",
    "number",
    "n_trials",
    "interlude",
    "n_blocks_done",
    "n_blocks",
    "n_postponed",
    "panel_name",
)
"""What is said of a trial, its images apart."""


@participant.get("/<study_id>/api/trial")
def current_trial(study_id: str) -> ResponseReturnValue:
    """The trial to show now and those after it, or the page to go to."""
    with database().write() as db:
        session = resume_sitting(db, study_id)
        if session is None:
            return no_session(study_id)
        if page_of(session) != "participant.trial":
            return jsonify(next=url_for(page_of(session), study_id=study_id))
        held = hold_trials(db, session, served_at=now())
        if not held:
            return jsonify(next=url_for(page_of(session), study_id=study_id))
        definition = definition_of(session.study)
    with database().read() as db:  # the writer's turn is another's by now
        views = view_trials(
            db,
            session.session_id,
            held,
            length_of=_lengths(session.study.bundle_id),
            name_of=partial(panel_name, definition, session.language),
        )
    if len(views) < len(held):  # erased in between
        return current_trial(study_id)
    due, *upcoming = views
    return jsonify(
        **_as_json(due, study_id),
        upcoming=[_as_json(view, study_id) for view in upcoming],
        has_feedback=has_feedback(definition, is_practice=due.phase == "practice"),
        display=asdict(display_of(definition)),
        n_stored=session.n_stored,
    )


@participant.post("/<study_id>/api/responses")
def store_response(study_id: str) -> ResponseReturnValue:
    """Store one answer; the acknowledgement leaves after the commit."""
    body = request.get_data()
    try:
        submission = read_submission(body)
        with database().write() as db:
            session = resume_sender(db, study_id)
            if session is None:
                return no_session(study_id)
            acknowledgement = record_response(
                db, session, submission, received_at=now()
            )
    except ResponseRefusedError as error:
        return _refuse(study_id, body, "response_refused", error), 422
    except TrialNotFoundError as error:
        return _refuse(study_id, body, "trial_not_found", error), 404
    return Response(acknowledgement, mimetype="application/json")


def _refuse(study_id: str, body: bytes, name: str, error: StudyServerError) -> Response:
    """Say why an answer is not stored as such, and keep it as it came."""
    is_kept = False
    with database().write() as db:
        session = resume_sender(db, study_id)
        if session is not None:
            is_kept = keep_rejected(
                db,
                session,
                body,
                reason=str(error),
                trial_id=read_trial_id(body),
                received_at=now(),
            )
    return jsonify(
        error=name,
        message=str(error),
        is_kept=is_kept,
        next=url_for("participant.technical_problem", study_id=study_id),
    )


@participant.post("/<study_id>/api/images-missing")
def images_missing(study_id: str) -> ResponseReturnValue:
    """Go on without a trial whose images cannot be loaded, for now or for good."""
    try:
        report = read_images_missing(request.get_data())
        with database().write() as db:
            session = resume_sitting(db, study_id)
            if session is None:
                return no_session(study_id)
            is_given_up = postpone_or_give_up(
                db, session, **report.model_dump(), reported_at=now()
            )
    except ResponseRefusedError as error:
        return jsonify(error="report_refused", message=str(error)), 422
    except TrialNotFoundError as error:
        return jsonify(error="trial_not_found", message=str(error)), 404
    return jsonify(trial_id=report.trial_id, is_given_up=is_given_up)


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


def _lengths(bundle_id: str) -> LengthOf:
    """What tells the browser how long each file is, so that none is shown in part."""
    bundles_dir = config().bundles_dir

    def length_of(stimulus_id: str, place: str) -> int:
        return picture_length(
            stimulus_id,
            bundles_dir=bundles_dir,
            bundle_id=bundle_id,
            is_option=place in OPTION_PLACES,
        )

    return length_of


def _as_json(view: TrialView, study_id: str) -> dict[str, Any]:
    """The trial with an address for each image; options stand in display order."""

    folder = url_for("participant.image", study_id=study_id, image_id="0")[:-1]

    def image(served: ServedImage) -> dict[str, Any]:
        return {**served._asdict(), "url": f"{folder}{served.image_id}"}

    images = view.images
    facts = {name: getattr(view, name) for name in TRIAL_FACTS}
    return {
        **facts,
        "panel": [image(i) for i in images.panel],
        "negative_panel": [image(i) for i in images.negative_panel],
        "reference": image(images.reference) if images.reference else None,
        "options": [{"place": p, **image(i)} for p, i in images.options.items()],
    }
