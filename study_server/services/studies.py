"""Studies: making them, finding them, opening and closing them."""

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from study_server.bundle import Bundle
from study_server.design.definition import StudyDefinition, parse_definition
from study_server.design.fit import check_fit
from study_server.errors import StudyNotFoundError
from study_server.models import Study, StudyStatus
from study_server.services.leases import prepare_slots
from study_server.services.texts import freeze_texts

_NEWEST = (
    select(Study)
    .where(Study.study_id == bindparam("study_id"))
    .order_by(Study.version.desc())
    .limit(1)
)
_MOST_DEFINITIONS = 64
_definitions: dict[str, StudyDefinition] = {}
"""By their hash."""


def create_study(
    db: Session, definition: StudyDefinition, bundle: Bundle, *, created_at: datetime
) -> Study:
    """Store a definition as a study, or as a new version of one.

    The newest version with the same definition and bundle is returned as it is.

    Args:
        db: open session; the bundle has been imported in it or before.

    Raises:
        DefinitionError: the study asks for more than the bundle has.
    """
    check_fit(definition, bundle)
    newest = _newest(db, definition.study.study_id)
    if (
        newest is not None
        and newest.definition_sha256 == definition.sha256
        and newest.bundle_id == bundle.bundle_id
    ):
        return newest
    study = Study(
        study_id=definition.study.study_id,
        version=1 if newest is None else newest.version + 1,
        title=definition.study.title,
        status=StudyStatus.OPEN,
        definition=definition.to_dict(),
        definition_sha256=definition.sha256,
        bundle_id=bundle.bundle_id,
        created_at=created_at,
    )
    db.add(study)
    db.flush()
    freeze_texts(db, study, definition)
    prepare_slots(db, study, definition, is_simulated=False)
    return study


def get_study(db: Session, study_id: str) -> Study:
    """The newest version of a study.

    Raises:
        StudyNotFoundError: there is none; the message lists those there are.
    """
    study = _newest(db, study_id)
    if study is None:
        names = ", ".join(s.study_id for s in list_studies(db)) or "none yet"
        raise StudyNotFoundError(f"no study {study_id!r}; there are: {names}")
    return study


def list_studies(db: Session) -> list[Study]:
    """The newest version of every study, by name."""
    newest = select(func.max(Study.id)).group_by(Study.study_id)
    query = select(Study).where(Study.id.in_(newest)).order_by(Study.study_id)
    return list(db.scalars(query))


def set_status(db: Session, study_id: str, status: StudyStatus) -> Study:
    """Open, pause or close a study; sessions in progress always finish."""
    study = get_study(db, study_id)
    study.status = StudyStatus(status)
    db.flush()
    return study


def definition_of(study: Study) -> StudyDefinition:
    """The definition a study was made from; checked once in a process.

    Every request asks for it, and the one with a given hash never changes.
    """
    found = _definitions.get(study.definition_sha256)
    if found is None:
        found = parse_definition(study.definition, name=f"study {study.study_id}")
        if len(_definitions) >= _MOST_DEFINITIONS:
            _definitions.clear()
        _definitions[study.definition_sha256] = found
    return found


def _newest(db: Session, study_id: str) -> Study | None:
    return db.scalars(_NEWEST, {"study_id": study_id}).first()
