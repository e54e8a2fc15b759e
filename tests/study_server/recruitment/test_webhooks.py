"""Whose message it is, and what it says (6.5)."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from study_server.errors import RecruitmentError
from study_server.recruitment.webhooks import (
    WebhookScheme,
    is_signed,
    read_message,
    sign,
)

SCHEME = WebhookScheme()
BODY = json.dumps(
    {
        "resource_id": "sub1",
        "event_type": "submission.status.change",
        "participant_id": "p1",
        "status": "RETURNED",
    }
).encode()


def headers(secret: str = "a secret", **changes: str) -> dict[str, str]:
    signed = {
        SCHEME.signature_header: sign(secret, "1700000000", BODY),
        SCHEME.signed_at_header: "1700000000",
        SCHEME.event_id_header: "e1",
        SCHEME.sent_at_header: "1699999999",
    }
    return {**signed, **changes}


def test_the_signature_is_the_one_the_vendor_documents() -> None:
    """base64(HMAC-SHA-256(secret, timestamp + body)); docs.prolific.com, Verifying."""
    digest = hmac.new(b"a secret", b"1700000000" + BODY, hashlib.sha256).digest()

    assert sign("a secret", "1700000000", BODY) == base64.b64encode(digest).decode()
    assert is_signed(SCHEME, headers(), BODY, secrets=["a secret"])


def test_the_secret_before_the_present_one_still_counts() -> None:
    assert is_signed(SCHEME, headers("old one"), BODY, secrets=["new one", "old one"])


@pytest.mark.parametrize(
    "changes",
    [
        {"X-Prolific-Request-Signature": ""},
        {"X-Prolific-Request-Signature": "not base64!"},
        {"X-Prolific-Request-Signature": base64.b64encode(b"x" * 32).decode()},
        {"X-Prolific-Request-Timestamp": "1700000001"},
    ],
)
def test_a_forged_signature_is_none(changes: dict[str, str]) -> None:
    assert not is_signed(SCHEME, headers(**changes), BODY, secrets=["a secret"])


def test_no_secret_believes_nobody() -> None:
    assert not is_signed(SCHEME, headers(""), BODY, secrets=[])


def test_a_message_says_what_happened_and_when() -> None:
    message = read_message(SCHEME, headers(), BODY)

    assert (message.event_id, message.resource_id) == ("e1", "sub1")
    assert (message.event_type, message.status) == (
        "submission.status.change",
        "RETURNED",
    )
    assert message.sent_at == datetime(2023, 11, 14, 22, 13, 19, tzinfo=UTC)


@pytest.mark.parametrize("sent_at", ["1699999999000", "2023-11-14T22:13:19+00:00"])
def test_other_ways_to_write_the_moment_are_read(sent_at: str) -> None:
    message = read_message(SCHEME, headers(**{"X-Timestamp": sent_at}), BODY)

    assert message.sent_at == datetime(2023, 11, 14, 22, 13, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "sent_at"),
    [
        (b"nonsense", "1"),
        (b"[]", "1"),
        (b'{"event_type": "x"}', "1"),
        (b'{"event_type": "x", "resource_id": 5}', "1"),
        (BODY, "nan"),
        (BODY, "yesterday"),
    ],
)
def test_a_malformed_message_is_refused(body: bytes, sent_at: str) -> None:
    with pytest.raises(RecruitmentError):
        read_message(SCHEME, headers(**{"X-Timestamp": sent_at}), body)
