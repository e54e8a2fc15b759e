"""The export as an answer of the web application, written while it is sent."""

from flask import Response, request

from study_server.current import config, database, now
from study_server.export.archive import check_choice
from study_server.export.download import Wanted, download, note_export
from study_server.services.studies import get_study


def send_export(study_id: str, *, actor: str) -> Response:
    """The zip that the address asks for: `sessions` and `format`.

    All that can be refused is refused before anything is sent.

    Args:
        actor: who gets it, for the audit log.

    Raises:
        StudyNotFoundError: there is no such study.
        ExportError: sessions or format is none of those there are.
    """
    wanted = Wanted(
        study_id=study_id,
        sessions=request.args.get("sessions", "real"),
        format_name=request.args.get("format", "csv"),
        exported_at=now(),
    )
    check_choice(wanted.sessions, wanted.format_name)
    with database().write() as db:
        get_study(db, study_id)
        note_export(db, wanted, actor=actor)
    return Response(
        download(database(), wanted, config().bundles_dir),
        mimetype="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{wanted.file_name}"'},
    )
