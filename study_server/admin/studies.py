"""The list of studies, one study's progress, and whether it takes new people."""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from study_server.admin.access import note_act
from study_server.admin.blueprint import admin
from study_server.admin.charts import arrival_bars
from study_server.current import database, now
from study_server.links import participant_path
from study_server.models import StudyStatus
from study_server.services.monitor import arrivals, list_studies, progress
from study_server.services.studies import get_study, set_status

OFFERED_CHANGES: dict[StudyStatus, tuple[StudyStatus, ...]] = {
    StudyStatus.DRAFT: (),
    StudyStatus.OPEN: (StudyStatus.PAUSED, StudyStatus.CLOSED),
    StudyStatus.PAUSED: (StudyStatus.OPEN, StudyStatus.CLOSED),
    StudyStatus.CLOSED: (StudyStatus.OPEN,),
}


@admin.get("/")
def studies() -> str:
    """All studies, one line each."""
    with database().read() as db:
        return render_template("admin/studies.html", overviews=list_studies(db))


@admin.get("/studies/<study_id>")
def study(study_id: str) -> str:
    """How one study is going; no one's accuracy."""
    with database().read() as db:
        found = get_study(db, study_id)
        return render_template(
            "admin/study.html",
            study=found,
            counts=progress(db, study_id),
            bars=arrival_bars(arrivals(db, study_id, until=now())),
            participant_link=request.host_url.rstrip("/") + participant_path(study_id),
            offered_changes=OFFERED_CHANGES[StudyStatus(found.status)],
            counted_at=now(),
        )


@admin.get("/studies/<study_id>/status/<new_status>")
def confirm_status(study_id: str, new_status: str) -> str:
    """Ask before pausing, resuming or closing."""
    with database().read() as db:
        found = get_study(db, study_id)
        return render_template(
            "admin/confirm_status.html",
            study=found,
            new_status=known_status(new_status),
            counts=progress(db, study_id),
        )


@admin.post("/studies/<study_id>/status/<new_status>")
def change_status(study_id: str, new_status: str) -> Response:
    """Pause, resume or close; sessions in progress always finish."""
    with database().write() as db:
        status = known_status(new_status)
        set_status(db, study_id, status)
        note_act(db, f"study.{status}", study_id=study_id)
    return redirect(url_for("admin.study", study_id=study_id), 303)


def known_status(name: str) -> StudyStatus:
    """The status of that name; anything else is no page of ours."""
    if name not in (StudyStatus.OPEN, StudyStatus.PAUSED, StudyStatus.CLOSED):
        abort(404)
    return StudyStatus(name)
