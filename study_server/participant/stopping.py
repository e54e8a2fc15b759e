"""Stopping before the end, from every page."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from study_server.current import database, now
from study_server.participant.blueprint import participant
from study_server.participant.showing import show_session
from study_server.participant.sitting import find_sitting, go_to, page_of
from study_server.services.endings import is_over
from study_server.services.withdrawal import withdraw


@participant.route("/<study_id>/stop", methods=["GET", "POST"])
def stop(study_id: str) -> ResponseReturnValue:
    """Ask whether the answers are kept or erased, then end the session."""
    with database().write() as db:
        session = find_sitting(db, study_id)
        if session is None or is_over(session):
            return go_to(session, study_id)
        wish = request.form.get("wish")
        if request.method == "GET" or wish not in {"keep", "erase"}:
            back = url_for(page_of(session), study_id=study_id)
            return show_session(db, session, "stop", back=back)
        withdraw(db, session, is_erasing=wish == "erase", withdrawn_at=now())
        return go_to(session, study_id)
