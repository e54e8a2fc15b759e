"""Calm pages for what goes wrong: no trace, one thing to do, a number to quote."""

import logging
import secrets

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from study_server.errors import StudyNotFoundError

logger = logging.getLogger(__name__)

MESSAGES = {
    400: (
        "Please try once more",
        "Your browser’s last message could not be understood. Go back, reload the "
        "page and try again. Nothing that was saved is lost.",
    ),
    404: (
        "This page does not exist",
        "Please check the link you were given. If you were in the middle of a study, "
        "open the study’s link again: you continue where you were.",
    ),
    405: (
        "This page does not exist",
        "Please open the study’s link again: you continue where you were.",
    ),
    413: (
        "That was too much at once",
        "What was sent is larger than we accept. Please shorten your text and try "
        "again.",
    ),
    500: (
        "Something went wrong on our side",
        "Everything that was saved is safe. Please reload the page in a moment. If it "
        "happens again, send the number below to the researchers.",
    ),
}


def add_error_pages(app: Flask) -> None:
    """Answer errors of the whole application."""
    app.register_error_handler(CSRFError, _answer_csrf_error)
    app.register_error_handler(StudyNotFoundError, _answer_no_study)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(500, _answer_failure)


def _answer_csrf_error(_error: CSRFError) -> Response:
    return _page(400)


def _answer_no_study(_error: StudyNotFoundError) -> Response:
    return _page(404)


def _answer_http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:  # a redirect in disguise
        return Response(error.get_response().get_data(), error.code or 500)
    return _page(error.code)


def _answer_failure(error: HTTPException) -> Response:
    reference = secrets.token_hex(4)
    cause = getattr(error, "original_exception", None) or error
    logger.error("failure %s on %s", reference, request.path, exc_info=cause)
    return _page(500, reference=reference)


def _page(code: int, reference: str | None = None) -> Response:
    title, message = MESSAGES.get(code, MESSAGES[400 if code < 500 else 500])
    if "/api/" in request.path:
        answer = jsonify(error=title, message=message, reference=reference)
    else:
        answer = make_response(
            render_template(
                "participant/message.html",
                title=title,
                message=message,
                reference=reference,
            )
        )
    answer.status_code = code
    return answer
