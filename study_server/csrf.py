"""Forged requests: refused wherever a browser could be made to send them.

What a browser sends by itself are its cookies. A request that carries none, and shows
its secret in a header or is not about a session yet, cannot be forged by another page;
all others need the form token, and must not say themselves that another site made them.
"""

from urllib.parse import urlsplit

from flask import Flask, Request, request
from flask_wtf.csrf import CSRFError, CSRFProtect

API_PART = "/api/"
JSON_TYPE = "application/json"
OWN_FETCHES = ("same-origin", "none")


def protect_forms(app: Flask) -> None:
    """Check origin and form token on every write that needs them."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    protection = CSRFProtect(app)

    @app.before_request
    def _check() -> None:
        if request.endpoint and not is_unforgeable(request):
            if request.method not in app.config["WTF_CSRF_METHODS"]:
                return
            if is_from_elsewhere(request):
                raise CSRFError("The request came from another site.")
            protection.protect()


def is_unforgeable(asked: Request) -> bool:
    """Whether no other site's page can make a browser send this.

    JSON across sites needs the server's leave, which we never give.
    """
    is_api = API_PART in asked.path and asked.mimetype == JSON_TYPE
    return is_api and not asked.cookies


def is_from_elsewhere(asked: Request) -> bool:
    """Whether the browser says that another site's page sends this.

    Browsers tell it by themselves over HTTPS and on this machine; where they do not,
    the origin they name is compared with the name we are asked by. Not so for
    participants over plain HTTP: a proxy may have changed that name, and an answer
    refused is worse than one that the form's token alone protects.
    """
    fetch = asked.headers.get("Sec-Fetch-Site")
    if fetch is not None:
        return fetch not in OWN_FETCHES
    if not asked.is_secure and not asked.path.startswith("/admin"):
        return False
    origin = asked.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != asked.host
