"""A sign of life from a page that is open."""

from datetime import timedelta

from flask import jsonify
from flask.typing import ResponseReturnValue

from study_server.current import database, now
from study_server.participant.api import no_session
from study_server.participant.blueprint import participant
from study_server.participant.sitting import find_sitting, resume_sitting
from study_server.services.endings import is_over
from study_server.services.leases import release_expired

FRESH_FOR = timedelta(seconds=10)
"""So soon after the last sign of life nothing is written."""


@participant.post("/<study_id>/api/alive")
def alive(study_id: str) -> ResponseReturnValue:
    """Note that the page is still open; comes every 20 s."""
    with database().read() as db:
        session = find_sitting(db, study_id)
        if session is None:
            return no_session(study_id)
        if is_over(session) or now() - session.last_seen_at < FRESH_FOR:
            return jsonify(is_over=is_over(session))
    with database().write() as db:
        session = resume_sitting(db, study_id)
        if session is None:
            return no_session(study_id)
        release_expired(db, study_id, now=now())
        if not is_over(session):
            session.last_seen_at = now()
        return jsonify(is_over=is_over(session))
