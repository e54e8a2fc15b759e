"""Walking through a study from the panel: the real pages, as nobody."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from study_server.admin.access import note_act
from study_server.admin.blueprint import admin
from study_server.current import config, database, now
from study_server.participant.blueprint import randomness
from study_server.participant.sitting import page_of, remember
from study_server.preview.jump import Wish, seat
from study_server.preview.targets import TARGETS
from study_server.services.bundles import load_bundle
from study_server.services.studies import definition_of, find_draft, get_study


@admin.post("/studies/<study_id>/preview")
def preview_study(study_id: str) -> Response:
    """Begin a session that takes no slot and counts nowhere."""
    with database().write() as db:
        study = find_draft(db, study_id) or get_study(db, study_id)
        definition = definition_of(study)
        asked = request.form.get("language", "")
        offered = definition.offered_languages
        wish = Wish(
            target=TARGETS["device"],
            language=asked if asked in offered else definition.study.language,
            slot_index=0,
            condition=None,
        )
        bundle = load_bundle(config().bundles_dir, study.bundle_id)
        enrolment = seat(db, study, bundle, wish, started_at=now(), rng=randomness())
        note_act(db, "study.preview", study_id=study_id, version=study.version)
        page = page_of(enrolment.session)
    answer = redirect(url_for(page, study_id=study_id), 303)
    remember(answer, study_id, enrolment.token)
    return answer
