"""The export as a download, written while it is sent."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask import Response, abort, request

from study_server.admin.blueprint import admin
from study_server.current import config, database
from study_server.db import Database
from study_server.export.archive import stream_archive
from study_server.export.layouts import LAYOUTS
from study_server.export.tables import SESSION_FILTERS
from study_server.services.studies import get_study


@admin.get("/studies/<study_id>/export.zip")
def export(study_id: str) -> Response:
    """One study as `EXPORT_FORMAT.md` describes it."""
    sessions = request.args.get("sessions", "real")
    layout = request.args.get("format", "tables")
    if sessions not in SESSION_FILTERS or layout not in LAYOUTS:
        abort(404)
    now = datetime.now(UTC)
    with database().read() as db:
        get_study(db, study_id)  # a missing study is told before anything is sent
    kind = "" if layout == "tables" else f"-{layout}"
    name = f"{study_id}-{sessions}{kind}-{now:%Y%m%dT%H%M%SZ}.zip"
    return Response(
        chunks(
            database(),
            study_id,
            sessions=sessions,
            exported_at=now,
            layout=layout,
            bundles_dir=config().bundles_dir,
        ),
        mimetype="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def chunks(
    database: Database,
    study_id: str,
    *,
    sessions: str,
    exported_at: datetime,
    layout: str,
    bundles_dir: Path,
) -> Iterator[bytes]:
    """The zip; its one transaction ends with the last chunk, or with the download."""
    with database.read() as db:
        study = get_study(db, study_id)
        yield from stream_archive(
            db,
            study,
            sessions=sessions,
            exported_at=exported_at,
            layout=layout,
            bundles_dir=bundles_dir,
        )
