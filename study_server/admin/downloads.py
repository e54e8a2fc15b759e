"""The export as a download."""

from flask import Response, abort

from study_server.admin.access import me
from study_server.admin.blueprint import admin
from study_server.errors import ExportError
from study_server.exporting import send_export


@admin.get("/studies/<study_id>/export.zip")
def export(study_id: str) -> Response:
    """One study as `EXPORT_FORMAT.md` describes it."""
    try:
        return send_export(study_id, actor=me().name)
    except ExportError as error:
        abort(404, str(error))
