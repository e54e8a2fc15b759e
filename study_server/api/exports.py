"""The export for programs: the same bytes that a researcher downloads."""

from flask import Response

from study_server.api.access import current_token, refusal
from study_server.api.blueprint import api
from study_server.errors import ExportBusyError, ExportError
from study_server.export.turns import RETRY_AFTER_S
from study_server.exporting import send_export
from study_server.services.api_tokens import actor_of


@api.get("/studies/<study_id>/export")
def export(study_id: str) -> Response:
    """One study as `EXPORT_FORMAT.md` describes it."""
    try:
        return send_export(study_id, actor=actor_of(current_token()))
    except ExportBusyError as error:
        answer = refusal(503, "busy", str(error))
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer
    except ExportError as error:
        return refusal(422, "bad_choice", str(error))
