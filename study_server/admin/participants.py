"""One participant: the story, and erasing it on request."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from study_server.admin.access import note_act, page_of_error
from study_server.admin.blueprint import admin
from study_server.current import database, now
from study_server.errors import ErasureError, SessionNotFoundError
from study_server.services.erasure import REASONS, erase_participant, scrub
from study_server.services.story import tell_story
from study_server.services.studies import get_study

Answer = str | Response | tuple[str, int]


@admin.get("/studies/<study_id>/sessions/<session_id>")
def participant_story(study_id: str, session_id: str) -> Answer:
    """What happened in one session; nothing of who it was, or who was right."""
    try:
        with database().read() as db:
            return render_template(
                "admin/story.html",
                study=get_study(db, study_id),
                story=tell_story(db, study_id, session_id),
                reasons=REASONS,
            )
    except SessionNotFoundError:
        return page_of_error("There is no such session", "", 404)


@admin.post("/studies/<study_id>/sessions/<session_id>/erase")
def erase(study_id: str, session_id: str) -> Answer:
    """Erase a participant for good, once the reference was typed again."""
    if request.form.get("typed", "").strip() != session_id[:8]:
        return page_of_error(
            "Nothing was erased", "Type the session's eight characters to confirm.", 422
        )
    reason = request.form.get("reason", "")
    try:
        with database().write() as db:
            erase_participant(db, study_id, session_id, reason=reason, erased_at=now())
            note_act(db, "participant.erase", study_id=study_id, reason=reason)
    except (ErasureError, SessionNotFoundError) as error:
        return page_of_error("Nothing was erased", str(error), 422)
    if not scrub(database()):
        return page_of_error(
            "Erased, but not yet from the file",
            "Somebody reads for long. Run `study-server scrub` once they are done.",
            202,
        )
    return redirect(url_for("admin.sessions", study_id=study_id), 303)
