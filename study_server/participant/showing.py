"""Rendering a page of a study in the right language, and noting that it was shown."""

from flask import render_template
from sqlalchemy.orm import Session

from study_server.catalogue import for_script
from study_server.current import now
from study_server.models import Study, StudySession
from study_server.participant.languages import language_before_start
from study_server.services.endings import is_over
from study_server.services.studies import definition_of
from study_server.services.texts import catalogue_of
from study_server.services.visits import note_page


def show(
    db: Session, study: Study, template: str, *, language: str = "", **values: object
) -> str:
    """One page of a study.

    Args:
        language: of the page. Empty: as the browser asks for.
        values: what the template needs besides the study.
    """
    definition = definition_of(study)
    language = language or language_before_start(definition)
    catalogue = catalogue_of(db, study, language)
    return render_template(
        f"participant/{template}.html",
        t=catalogue.say,
        catalogue=catalogue,
        language=language,
        direction=catalogue.direction,
        study=definition.study,
        title=definition.title_in(language),
        texts=definition.texts_in(language),
        definition=definition,
        timing=definition.timing,
        n_tiles=definition.design.largest_panel,
        script_texts=for_script(
            {**catalogue.part("runner"), **catalogue.part("trial")}
        ),
        **values,
    )


def show_session(
    db: Session,
    session: StudySession,
    template: str,
    *,
    page: str | None = None,
    **values: object,
) -> str:
    """One page of a session, in its language; the stay on it begins now.

    Args:
        page: its name in the script, if it is not the template's.
    """
    note_page(db, session, page or template, language=session.language, opened_at=now())
    study = session.study
    return show(
        db,
        study,
        template,
        language=session.language,
        is_alive=not is_over(session),
        **values,
    )
