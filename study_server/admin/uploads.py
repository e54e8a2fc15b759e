"""The one page that takes a file: larger than any other request may be."""

from flask import Flask, request

from study_server.recruitment.platform_csv import MAX_FILE_BYTES

FORM_BYTES = 64 * 1024
"""For what comes with the file."""


def allow_uploads(app: Flask) -> None:
    """Raise the limit for the platform's file, before anything reads the request."""

    @app.before_request
    def _raise_limit() -> None:
        if request.endpoint == "admin.reconcile":
            request.max_content_length = MAX_FILE_BYTES + FORM_BYTES
