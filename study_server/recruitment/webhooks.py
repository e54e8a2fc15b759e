"""Messages that a platform sends: are they its own, and what do they say? Pure.

Source: docs.prolific.com, API reference, Webhooks (Verifying; Idempotency and the
X-Event-ID header; Handling event order with X-Timestamp; Receiving).
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from study_server.errors import RecruitmentError

MAX_BODY_BYTES = 16 * 1024
MAX_ID_CHARACTERS = 200
LATEST_S = 253_402_300_799
"""Last second of the year 9999."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookScheme:
    """How a platform signs, names and orders its messages."""

    signature_header: str = "X-Prolific-Request-Signature"
    """base64 of HMAC-SHA-256 over the signed moment and the body."""

    signed_at_header: str = "X-Prolific-Request-Timestamp"
    """When the request was sent, as it was signed."""

    event_id_header: str = "X-Event-ID"
    """The same for every delivery of one message."""

    sent_at_header: str = "X-Timestamp"
    """Seconds since 1970: the order of messages. Without it, the signed moment."""


class Headers(Protocol):
    """A request's headers, whatever library read them; case does not matter."""

    def get(self, key: str, default: str, /) -> str:
        """One header's value."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What a signed request says."""

    event_id: str
    event_type: str
    resource_id: str
    """The submission's or the study's id on the platform."""
    status: str | None
    sent_at: datetime


def is_signed(
    scheme: WebhookScheme,
    headers: Headers,
    body: bytes,
    *,
    secrets: Sequence[str],
) -> bool:
    """Whether one of the secrets signed the request.

    Args:
        secrets: the present one, and the one before it while it is being replaced.
    """
    shown = headers.get(scheme.signature_header, "")
    signed_at = headers.get(scheme.signed_at_header, "")
    try:
        signature = base64.b64decode(shown, validate=True)
    except (binascii.Error, ValueError):
        return False
    message = signed_at.encode() + body
    return any(
        hmac.compare_digest(
            hmac.new(secret.encode(), message, hashlib.sha256).digest(), signature
        )
        for secret in secrets
    )


def sign(secret: str, signed_at: str, body: bytes) -> str:
    """The signature that a platform sends with a request."""
    message = signed_at.encode() + body
    return base64.b64encode(
        hmac.new(secret.encode(), message, hashlib.sha256).digest()
    ).decode()


def read_message(scheme: WebhookScheme, headers: Headers, body: bytes) -> Message:
    """What a request says whose signature is right.

    Raises:
        RecruitmentError: a part that we need is missing or malformed.
    """
    told = _json(body)
    event_id = headers.get(scheme.event_id_header, "")
    if not event_id:  # an own name for it: the same bytes are the same message
        event_id = hashlib.sha256(body).hexdigest()
    return Message(
        event_id=_text(event_id, scheme.event_id_header),
        event_type=_text(told.get("event_type"), "event_type"),
        resource_id=_text(told.get("resource_id"), "resource_id"),
        status=_text(told["status"], "status") if told.get("status") else None,
        sent_at=_moment(
            headers.get(scheme.sent_at_header, "")
            or headers.get(scheme.signed_at_header, "")
        ),
    )


def _json(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RecruitmentError(f"the message is no JSON ({error})") from error
    if not isinstance(told, dict):
        raise RecruitmentError("the message is no JSON object")
    return told


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_CHARACTERS:
        raise RecruitmentError(
            f"{name}: must be text of 1 to {MAX_ID_CHARACTERS} characters; "
            f"got {value!r}"[:MAX_ID_CHARACTERS]
        )
    return value


def _moment(text: str) -> datetime:
    """Seconds, or milliseconds, since 1970, or ISO 8601."""
    try:
        seconds = float(text)
    except ValueError:
        return _iso(text)
    if seconds > LATEST_S:
        seconds /= 1000
    if not 0 <= seconds <= LATEST_S:  # also refuses what is not a number
        raise RecruitmentError(f"no moment: {text!r}")
    return datetime.fromtimestamp(seconds, UTC)


def _iso(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise RecruitmentError(f"no moment: {text!r}") from error
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
