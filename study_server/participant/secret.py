"""The secret by which a participant is known: in a cookie, or in a header."""

from flask import request

COOKIE_NAME = "participant"
SCHEME = "Bearer "
OUTBOX_SCHEME = "Outbox "


def shown_secret() -> str:
    """What the request shows; the header wins. Empty if it shows none."""
    header = request.headers.get("Authorization", "")
    if header.startswith(SCHEME):
        return header.removeprefix(SCHEME).strip()
    return request.cookies.get(COOKIE_NAME, "")


def shown_outbox_key() -> str | None:
    """The key of an outbox, if the request shows one: it may only send answers."""
    header = request.headers.get("Authorization", "")
    if not header.startswith(OUTBOX_SCHEME):
        return None
    return header.removeprefix(OUTBOX_SCHEME).strip()
