"""What the pages of a study say, frozen with its version. No Flask."""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.catalogue import Catalogue, complete, thaw
from study_server.design.definition import StudyDefinition
from study_server.models import Study, StudyTexts


def freeze_texts(db: Session, study: Study, definition: StudyDefinition) -> None:
    """Store the interface's strings in every language that a new version offers.

    Raises:
        DefinitionError: a language has no complete catalogue.
    """
    for language in definition.offered_languages:
        texts = definition.texts_in(language)
        db.add(
            StudyTexts(
                study_pk=study.id,
                language=language,
                strings=dict(complete(language, texts.pages).strings),
                consent=texts.consent,
                consent_sha256=consent_sha256(texts.consent),
            )
        )
    db.flush()


def catalogue_of(db: Session, study: Study, language: str) -> Catalogue:
    """The frozen strings of a version in one of its languages."""
    query = select(StudyTexts.strings).where(
        StudyTexts.study_pk == study.id, StudyTexts.language == language
    )
    return thaw(language, db.scalars(query).one_or_none() or {})


def consent_sha256(consent: str) -> str:
    """Identity of a consent text, in hex."""
    return hashlib.sha256(consent.encode()).hexdigest()
