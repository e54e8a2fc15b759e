"""In which language a page is shown."""

from collections.abc import Sequence

from flask import request
from flask import session as visit

from study_server.catalogue import REFERENCE_LANGUAGE, Catalogue, built_in
from study_server.catalogue import built_in_languages as built_in_names
from study_server.design.definition import StudyDefinition

CHOSEN = "language"
"""Where the visit's cookie keeps what was chosen on the first page."""


def choose_language(definition: StudyDefinition, asked: str | None) -> None:
    """Keep the language that the first page's link asks for, if the study has it."""
    if asked in definition.offered_languages:
        visit[CHOSEN] = asked


def language_before_start(definition: StudyDefinition) -> str:
    """Chosen on the first page, else the browser's, else the study's own."""
    return _best(definition.offered_languages, definition.study.language)


def catalogue_without_study() -> Catalogue:
    """The words of a page that belongs to no study."""
    return built_in(_best(built_in_names(), REFERENCE_LANGUAGE))


def _best(offered: Sequence[str], otherwise: str) -> str:
    chosen = visit.get(CHOSEN)
    if chosen in offered:
        return str(chosen)
    return request.accept_languages.best_match(offered, otherwise) or otherwise
