"""Two signed cookies: one for researchers, one for the forms of participants.

Each is sent only to its own pages and signed for them alone, so that nothing a
participant holds names researchers or opens their pages.
"""

from flask import Flask, Request, Response
from flask import request as current_request
from flask.sessions import (
    SecureCookieSessionInterface,
    SessionInterface,
    SessionMixin,
)


class SignedCookie(SecureCookieSessionInterface):
    """Flask's own signed cookie under one name, for the pages below one path."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self.path = path
        self.salt = f"{name}-cookie"

    def get_cookie_name(self, app: Flask) -> str:
        """Its own, whatever the application says."""
        return self.name

    def get_cookie_path(self, app: Flask) -> str:
        """Where browsers send it."""
        return self.path


class CookieByPath(SessionInterface):
    """Reads and writes the cookie of the part of the site that is asked for."""

    def __init__(self) -> None:
        self._researcher = SignedCookie("researcher", "/admin")
        self._visit = SignedCookie("visit", "/s/")

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """What the browser holds, if we signed it."""
        return self._cookie(request.path).open_session(app, request)

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        """Send what changed."""
        self._cookie(current_request.path).save_session(app, session, response)

    def _cookie(self, path: str) -> SignedCookie:
        is_admin = path == "/admin" or path.startswith("/admin/")
        return self._researcher if is_admin else self._visit
