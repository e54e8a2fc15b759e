"""Where recruitment platforms send their messages: checked, stored once, answered."""

import logging
import re

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from study_server.current import config, database, now
from study_server.errors import RecruitmentError
from study_server.recruitment.platforms import PlatformName
from study_server.recruitment.secret_store import SecretStore
from study_server.recruitment.webhooks import (
    MAX_BODY_BYTES,
    WebhookScheme,
    is_signed,
    read_message,
)
from study_server.services.identities import submission_pseudonym
from study_server.services.submissions import PlatformEvent, take_event

logger = logging.getLogger(__name__)

hooks = Blueprint("hooks", __name__, url_prefix="/api/hooks")

PROLIFIC: PlatformName = "prolific"
CONFIRMATION_HEADER = "X-Hook-Secret"
CONFIRMATION = re.compile(r"[A-Za-z0-9_.\-]{8,200}")


@hooks.post("/prolific")
def prolific() -> ResponseReturnValue:
    """One message of Prolific; what is not signed has no effect and is logged."""
    body = _body()
    if body is None:
        return jsonify(error="too_large"), 413
    if (echo := _confirmation(body)) is not None:
        return echo
    scheme = WebhookScheme()
    secrets = SecretStore(config().data_dir).webhook_secrets(PROLIFIC)
    if not is_signed(scheme, request.headers, body, secrets=secrets):
        logger.warning("a message to %s is not signed by the platform", request.path)
        return jsonify(error="bad_signature"), 401
    try:
        message = read_message(scheme, request.headers, body)
    except RecruitmentError as error:
        logger.warning("a signed message of %s is malformed: %s", PROLIFIC, error)
        return jsonify(error="malformed", message=str(error)), 422
    subject = submission_pseudonym(
        PROLIFIC, message.resource_id, key=config().pseudonym_key()
    )
    event = PlatformEvent(
        platform=PROLIFIC,
        event_id=message.event_id,
        event_type=message.event_type,
        subject=str(subject),
        status=message.status,
        sent_at=message.sent_at,
    )
    with database().write() as db:
        is_new = take_event(db, event, received_at=now())
    return jsonify(is_new=is_new)


def _body() -> bytes | None:
    """The request's bytes; None if there are too many."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        return None
    body = request.get_data(cache=False)
    return body if len(body) <= MAX_BODY_BYTES else None


def _confirmation(body: bytes) -> Response | None:
    """The echo that a new subscription may ask for before its first message."""
    shown = request.headers.get(CONFIRMATION_HEADER, "")
    is_asked = CONFIRMATION.fullmatch(shown) and body.strip() in (b"", b"{}")
    if not is_asked:
        return None
    logger.info("a subscription asks %s to confirm it", request.path)
    answer = Response(status=200)
    answer.headers[CONFIRMATION_HEADER] = shown
    return answer
