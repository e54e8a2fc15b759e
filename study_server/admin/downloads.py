"""The export as a download."""

from flask import abort
from werkzeug.wrappers import Response

from study_server.admin.access import me, page_of_error
from study_server.admin.blueprint import admin
from study_server.errors import ExportBusyError, ExportError
from study_server.export.turns import RETRY_AFTER_S
from study_server.exporting import send_export


@admin.get("/studies/<study_id>/export.zip")
def export(study_id: str) -> Response | tuple[str, int, dict[str, str]]:
    """One study as `EXPORT_FORMAT.md` describes it."""
    try:
        return send_export(study_id, actor=me().name)
    except ExportBusyError as error:
        page, code = page_of_error("Others are exporting just now", str(error), 503)
        return page, code, {"Retry-After": str(RETRY_AFTER_S)}
    except ExportError as error:
        abort(404, str(error))
