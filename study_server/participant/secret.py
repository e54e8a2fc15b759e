"""The secret by which a participant is known: in a cookie, or in a header."""

from flask import request

from study_server.cookies import host_name
from study_server.current import config

COOKIE_NAME = "participant"
SCHEME = "Bearer "
OUTBOX_SCHEME = "Outbox "


def shown_secret() -> str:
    """What the request shows; the header wins. Empty if it shows none."""
    header = request.headers.get("Authorization", "")
    if header.startswith(SCHEME):
        return header.removeprefix(SCHEME).strip()
    name = cookie_name(str((request.view_args or {}).get("study_id", "")))
    return request.cookies.get(name) or request.cookies.get(COOKIE_NAME, "")


def cookie_name(study_id: str) -> str:
    """Of the cookie; over HTTPS browsers send it everywhere, so it names the study.

    Cookies of the plain name are still read: those of sessions begun by an older
    version.
    """
    if not config().has_https:
        return COOKIE_NAME
    return host_name(f"{COOKIE_NAME}-{study_id}")


def shown_outbox_key() -> str | None:
    """The key of an outbox, if the request shows one: it may only send answers."""
    header = request.headers.get("Authorization", "")
    if not header.startswith(OUTBOX_SCHEME):
        return None
    return header.removeprefix(OUTBOX_SCHEME).strip()
