"""The export as an answer of the web application, written while it is sent."""

from flask import Response, request

from study_server.current import config, database, now
from study_server.export.archive import check_choice
from study_server.export.download import Wanted, note_export
from study_server.export.process import download_with_care
from study_server.export.turns import take_turn
from study_server.services.studies import get_study


def send_export(study_id: str, *, actor: str) -> Response:
    """The zip that the address asks for: `sessions` and `format`.

    All that can be refused is refused before anything is sent.

    Args:
        actor: who gets it, for the audit log.

    Raises:
        StudyNotFoundError: there is no such study.
        ExportError: sessions or format is none of those there are.
        ExportBusyError: as many exports as may be are being made.
    """
    wanted = Wanted(
        study_id=study_id,
        sessions=request.args.get("sessions", "real"),
        format_name=request.args.get("format", "csv"),
        exported_at=now(),
    )
    check_choice(wanted.sessions, wanted.format_name)
    turn = take_turn(config().data_dir)
    try:
        with database().write() as db:
            get_study(db, study_id)
            note_export(db, wanted, actor=actor)
        chunks = download_with_care(config(), database(), wanted)
    except BaseException:
        turn.give_back()
        raise
    answer = Response(turn.over(chunks), mimetype="application/zip")
    answer.call_on_close(turn.give_back)  # also if nobody waited for the first chunk
    answer.headers["Content-Disposition"] = f'attachment; filename="{wanted.file_name}"'
    return answer
