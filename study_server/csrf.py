"""Forged requests: refused wherever a browser could be made to send them.

What a browser sends by itself are its cookies. A request that carries none, and shows
its secret in a header or is not about a session yet, cannot be forged by another page;
all others need the form token.
"""

from flask import Flask, Request, request
from flask_wtf.csrf import CSRFProtect

API_PART = "/api/"
JSON_TYPE = "application/json"


def protect_forms(app: Flask) -> None:
    """Check the form token on every write that needs one."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    protection = CSRFProtect(app)

    @app.before_request
    def _check() -> None:
        if request.endpoint and not is_unforgeable(request):
            protection.protect()


def is_unforgeable(asked: Request) -> bool:
    """Whether no other site's page can make a browser send this.

    JSON across sites needs the server's leave, which we never give.
    """
    is_api = API_PART in asked.path and asked.mimetype == JSON_TYPE
    return is_api and not asked.cookies
