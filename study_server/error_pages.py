"""Calm pages for what goes wrong: no trace, one thing to do, a number to quote."""

import logging
import secrets

from flask import (
    Flask,
    Response,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, SQLAlchemyError
from werkzeug.exceptions import BadHost, HTTPException, InternalServerError

from study_server.errors import StudyNotFoundError
from study_server.participant.languages import catalogue_without_study
from study_server.trouble import RETRY_AFTER_S, is_outage

logger = logging.getLogger(__name__)

PLAIN = "text/plain"
EXPLAINED = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "too_many_requests",
    500: "server_fault",
    503: "not_now",
}
"""Failures with words of their own in the catalogues, and what programs are told."""


def add_error_pages(app: Flask) -> None:
    """Answer errors of the whole application."""
    app.register_error_handler(CSRFError, _answer_csrf_error)
    app.register_error_handler(StudyNotFoundError, _answer_no_study)
    app.register_error_handler(SQLAlchemyError, _answer_database_error)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(500, _answer_failure)


def _answer_csrf_error(_error: CSRFError) -> Response:
    return _page(400)


def _answer_no_study(_error: StudyNotFoundError) -> Response:
    return _page(404)


def _answer_http_error(error: HTTPException) -> Response:
    if isinstance(error, BadHost):  # without a name of ours no address can be written
        return Response("This is no name of this server.\n", 400, mimetype=PLAIN)
    if error.code is None or error.code < 400:  # a redirect in disguise
        return Response(error.get_response().get_data(), error.code or 500)
    return _page(error.code)


def _answer_database_error(error: SQLAlchemyError) -> Response:
    """Nothing was stored, so nothing is acknowledged: browsers send it again."""
    if isinstance(error, DataError):  # PostgreSQL takes no NUL, in whatever was sent
        return _page(400)
    if not is_outage(error):
        return _answer_failure(InternalServerError(original_exception=error))
    logger.error("nothing stored on %s: %s", request.path, error.__cause__ or error)
    answer = _page(503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _answer_failure(error: HTTPException) -> Response:
    reference = secrets.token_hex(4)
    cause = getattr(error, "original_exception", None) or error
    logger.error("failure %s on %s", reference, request.path, exc_info=cause)
    return _page(500, reference=reference)


def _page(code: int, reference: str | None = None) -> Response:
    words = catalogue_without_study()
    explained = code if code in EXPLAINED else (400 if code < 500 else 500)
    title = words.say(f"error.{explained}.title")
    message = words.say(f"error.{explained}.text")
    if "/api/" in request.path:
        answer = jsonify(
            error=EXPLAINED[explained], message=message, reference=reference
        )
    else:
        answer = make_response(
            render_template(
                "participant/message.html",
                t=words.say,
                language=words.language,
                direction=words.direction,
                heading=title,
                message=message,
                reference=reference,
                way_out=_way_out() if code == 500 else None,
            )
        )
    answer.status_code = code
    return answer


def _way_out() -> str | None:
    """Where a participant can end a session that keeps failing."""
    study_id = (request.view_args or {}).get("study_id")
    if request.blueprint != "participant" or not study_id:
        return None
    return url_for("participant.technical_problem", study_id=study_id)
