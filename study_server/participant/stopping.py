"""Stopping before the end, from every page."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from study_server.participant.blueprint import database, now, participant
from study_server.participant.pages import go_to, show
from study_server.participant.sitting import find_sitting, page_of, study_of
from study_server.services.studies import definition_of, get_study
from study_server.services.withdrawal import withdraw

FINAL_PAGES = ("participant.completed", "participant.withdrawn")


@participant.route("/<study_id>/stop", methods=["GET", "POST"])
def stop(study_id: str) -> ResponseReturnValue:
    """Ask whether the answers are kept or erased, then end the session."""
    with database().write() as db:
        session = find_sitting(db, study_id)
        if session is None or page_of(session) in FINAL_PAGES:
            return go_to(session, study_id)
        wish = request.form.get("wish")
        if request.method == "GET" or wish not in {"keep", "erase"}:
            definition = definition_of(study_of(db, session))
            back = url_for(page_of(session), study_id=study_id)
            return show("stop", definition, back=back)
        withdraw(db, session, is_erasing=wish == "erase", withdrawn_at=now())
    return redirect(url_for("participant.withdrawn", study_id=study_id), 303)


@participant.get("/<study_id>/withdrawn")
def withdrawn(study_id: str) -> ResponseReturnValue:
    """Goodbye to those who stopped."""
    with database().read() as db:
        session = find_sitting(db, study_id)
        if session is None or page_of(session) != "participant.withdrawn":
            return go_to(session, study_id)
        return show("withdrawn", definition_of(get_study(db, study_id)))
