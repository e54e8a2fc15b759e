"""The page a preview begins on: which language, slot, condition and stage to see."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from study_server.current import config, database, now
from study_server.design.definition import StudyDefinition
from study_server.design.treatments import shown_treatments
from study_server.errors import DefinitionError
from study_server.models import Outcome, Stage, Study
from study_server.participant.blueprint import randomness
from study_server.participant.languages import choose_language
from study_server.participant.secret import cookie_name
from study_server.participant.sitting import cookie_path, page_of, remember
from study_server.preview.jump import Wish, seat
from study_server.preview.targets import ENDS, TARGETS, stages_of
from study_server.services.bundles import load_bundle
from study_server.services.studies import definition_of, list_studies

preview = Blueprint("preview", __name__, url_prefix="/s/-")
"""Below /s/, where the cookie of the forms is sent; no study can be named so."""

SESSIONLESS: Mapping[Outcome | None, str] = {
    Outcome.NO_CONSENT: "participant.no_consent",
    Outcome.NOT_OPEN: "participant.not_open",
    Outcome.ALREADY_TOOK_PART: "participant.already_took_part",
}


@preview.get("/")
def start() -> ResponseReturnValue:
    """Choose what to see."""
    with database().read() as db:
        study = _only_study(db)
        return _page(study, definition_of(study))


@preview.post("/")
def go() -> ResponseReturnValue:
    """Begin a session of nobody at the place chosen, and show it."""
    with database().write() as db:
        study = _only_study(db)
        definition = definition_of(study)
        wish = _wish(definition)
        study_id = study.study_id
        if wish.target.stage == Stage.CONSENT:
            choose_language(definition, wish.language)
            endpoint = SESSIONLESS.get(wish.target.outcome, "participant.landing")
            answer = redirect(url_for(endpoint, study_id=study_id), 303)
            answer.delete_cookie(cookie_name(study_id), path=cookie_path(study_id))
            return answer
        bundle = load_bundle(config().bundles_dir, study.bundle_id)
        try:
            with db.begin_nested():
                enrolment = seat(
                    db, study, bundle, wish, started_at=now(), rng=randomness()
                )
        except DefinitionError as error:
            return _page(study, definition, fault=str(error)), 422
        endpoint = SESSIONLESS.get(wish.target.outcome, page_of(enrolment.session))
        answer = redirect(url_for(endpoint, study_id=study_id), 303)
        remember(answer, study_id, enrolment.token)
        return answer


def _only_study(db: Session) -> Study:
    (study,) = list_studies(db)
    return study


def _page(study: Study, definition: StudyDefinition, *, fault: str = "") -> str:
    return render_template(
        "preview/start.html",
        study=study,
        languages=definition.offered_languages,
        conditions=conditions_of(definition),
        n_slots=definition.n_slots_in_all,
        stages=stages_of(definition),
        ends=ENDS,
        given=request.form,
        fault=fault,
    )


def _wish(definition: StudyDefinition) -> Wish:
    """What the form asks for; what makes no sense is left at its default."""
    form = request.form
    language, condition = form.get("language", ""), form.get("condition", "")
    slot = form.get("slot", "")
    is_slot = slot.isascii() and slot.isdigit() and len(slot) <= 6
    return Wish(
        target=TARGETS.get(form.get("target", ""), TARGETS["consent"]),
        language=(
            language
            if language in definition.offered_languages
            else definition.study.language
        ),
        slot_index=int(slot) % definition.n_slots_in_all if is_slot else 0,
        condition=condition if condition in conditions_of(definition) else None,
    )


def conditions_of(definition: StudyDefinition) -> tuple[str, ...]:
    """Everything that somebody sees, foils and the group without panels among them."""
    shown = shown_treatments(definition.design)
    return tuple(dict.fromkeys(treatment.condition for treatment in shown))
