"""Two signed cookies: one for researchers, one for the forms of participants.

Each is signed for its own pages alone, so that nothing a participant holds opens the
researchers' pages. Over HTTPS their names begin with `__Host-`: browsers then take them
from this very host alone, and over HTTPS alone.
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
        return host_name(self.name) if self.get_cookie_secure(app) else self.name

    def get_cookie_path(self, app: Flask) -> str:
        """Where browsers send it; `__Host-` asks for everywhere."""
        return "/" if self.get_cookie_secure(app) else self.path


def host_name(name: str) -> str:
    """The name of a cookie that browsers tie to this host."""
    return f"__Host-{name}"


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
