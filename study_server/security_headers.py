"""What every answer tells the browser to refuse."""

from flask import Flask, Response

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",  # trial images, checked before they are shown
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


STRICT_TRANSPORT = f"max-age={365 * 24 * 3600}"
"""A browser that came over HTTPS once never comes without again, for a year."""


def add_security_headers(app: Flask, *, has_https: bool) -> None:
    """Put the headers on every answer of the application.

    Args:
        has_https: people come over HTTPS, and are to come by nothing else.
    """

    @app.after_request
    def _add(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "same-origin"
        answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        answer.headers["Permissions-Policy"] = (
            "camera=(), microphone=(), geolocation=()"
        )
        if has_https:
            answer.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        # A page from the history would show a trial that is over.
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer
