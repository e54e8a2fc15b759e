"""Which token may ask for what: every endpoint of the API has its line."""

from collections.abc import Mapping
from typing import cast

from flask import Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from study_server.api.blueprint import api
from study_server.current import database, now
from study_server.errors import StudyNotFoundError
from study_server.models import ApiToken, Scope
from study_server.services.api_tokens import (
    find_token,
    is_good_for,
    is_use_due,
    note_use,
)

SCHEME = "Bearer "

ANYONE = ("reference", "openapi")
"""Endpoints that tell what the API is, and nothing of a study."""

NEEDED: Mapping[str, Scope] = {
    "studies": Scope.STUDY_READ,
    "study": Scope.STUDY_READ,
    "export": Scope.EXPORT_READ,
}
"""Endpoint, without the blueprint's name, to what its token must be good for."""


def current_token() -> ApiToken:
    """The token of this request, which may ask for it."""
    return cast(ApiToken, g.api_token)


@api.before_request
def require_token() -> Response | None:
    """Refuse who shows no token that is good for this."""
    endpoint = (request.endpoint or "").removeprefix("api.")
    if endpoint in ANYONE:
        return None
    at = now()
    with database().read() as db:
        token = find_token(db, shown_token(), at=at)
    if token is None:
        return refusal(
            401,
            "no_token",
            "Show a valid token: Authorization: Bearer TOKEN. `study-server token "
            "create` makes one.",
        )
    study_id = (request.view_args or {}).get("study_id")
    scope = NEEDED.get(endpoint)
    if scope is None or not is_of_study_and_scope(token, scope, study_id):
        return refusal(
            403,
            "not_allowed",
            f"The token {token.label!r} is good for {token.scopes} of "
            f"{token.study_id or 'all studies'}, not for this.",
        )
    if is_use_due(token, at=at):
        with database().write() as db:
            note_use(db, token.id, at=at)
    g.api_token = token
    return None


def is_of_study_and_scope(token: ApiToken, scope: Scope, study_id: str | None) -> bool:
    """Whether a token may ask; one of a single study also for the list, of itself."""
    return is_good_for(token, scope, study_id or token.study_id)


def shown_token() -> str:
    """The secret in the header; empty if there is none. Never one in the address."""
    header = request.headers.get("Authorization", "")
    return header.removeprefix(SCHEME).strip() if header.startswith(SCHEME) else ""


def refusal(status: int, error: str, message: str) -> Response:
    """A refusal for programs, and for people who write them."""
    answer = jsonify(error=error, message=message)
    answer.status_code = status
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="study-server"'
    return answer


@api.errorhandler(StudyNotFoundError)
def tell_of_missing_study(_error: StudyNotFoundError) -> Response:
    """An address with the name of no study."""
    return refusal(404, "no_study", "There is no study of this name.")


@api.errorhandler(HTTPException)
def tell_of_refusal(error: HTTPException) -> Response:
    """Anything else that Flask refuses."""
    return refusal(error.code or 500, "refused", error.description or error.name)
