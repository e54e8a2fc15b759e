"""The pages that take a file: larger than any other request may be."""

from flask import Flask, request

from study_server.admin.access import current_login
from study_server.admin.permissions import may_open
from study_server.recruitment.platform_csv import MAX_FILE_BYTES
from study_server.services.bundle_upload import MAX_UPLOAD_BYTES

FORM_BYTES = 64 * 1024
"""For what comes with the file."""

LARGEST_FILE = {
    "admin.reconcile": MAX_FILE_BYTES,
    "admin.create_study": MAX_UPLOAD_BYTES,
}


def allow_uploads(app: Flask) -> None:
    """Raise the limit for who may send a file, before anything reads the request."""

    @app.before_request
    def _raise_limit() -> None:
        n_bytes = LARGEST_FILE.get(request.endpoint or "")
        if n_bytes is None:
            return
        login = current_login()
        if login is None or not login.is_whole:
            return
        if may_open(login.role, str(request.endpoint)):
            request.max_content_length = n_bytes + FORM_BYTES
