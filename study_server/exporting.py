"""The export as an answer of the web application, written while it is sent."""

from collections.abc import Iterator

from flask import Response, request

from study_server.config import ServerConfig
from study_server.current import config, database, now
from study_server.db import Database
from study_server.export.archive import check_choice
from study_server.export.download import Wanted, download, note_export
from study_server.export.process import download_beside
from study_server.export.tables import count_sessions
from study_server.export.turns import take_turn
from study_server.services.studies import get_study

FEW_SESSIONS = 20
"""So many are exported in less time than a process takes to start."""


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
        chunks = _chunks(config(), database(), wanted)
    except BaseException:
        turn.give_back()
        raise
    answer = Response(turn.over(chunks), mimetype="application/zip")
    answer.call_on_close(turn.give_back)  # also if nobody waited for the first chunk
    answer.headers["Content-Disposition"] = f'attachment; filename="{wanted.file_name}"'
    return answer


def _chunks(
    config: ServerConfig, database: Database, wanted: Wanted
) -> Iterator[bytes]:
    """The zip, made here if that is the quicker way and costs participants nothing."""
    with database.read() as db:
        n_sessions = count_sessions(db, wanted.study_id, sessions=wanted.sessions)
    if n_sessions <= FEW_SESSIONS:
        return download(database, wanted, config.bundles_dir)
    return download_beside(config, wanted)
