"""Studies: making them, finding them, opening and closing them."""

from datetime import datetime

from sqlalchemy import and_, bindparam, delete, func, or_, select
from sqlalchemy.orm import Session

from study_server.bundle import Bundle
from study_server.design.definition import StudyDefinition, parse_definition
from study_server.design.fit import check_fit
from study_server.errors import StudyNotFoundError, StudyStatusError
from study_server.models import Slot, Study, StudySession, StudyStatus, StudyTexts
from study_server.services.leases import prepare_slots
from study_server.services.texts import freeze_texts

_NEWEST = (
    select(Study)
    .where(Study.study_id == bindparam("study_id"))
    .order_by(Study.launched_at.is_(None), Study.version.desc())
    .limit(1)
)
_MOST_DEFINITIONS = 64
_definitions: dict[str, StudyDefinition] = {}
"""By their hash."""


def create_study(
    db: Session,
    definition: StudyDefinition,
    bundle: Bundle,
    *,
    created_at: datetime,
    is_draft: bool = False,
) -> Study:
    """Store a definition as a study, or as a new version of one.

    The newest version with the same definition and bundle is returned as it is. A
    draft of the study is replaced.

    Args:
        db: open session; the bundle has been imported in it or before.
        is_draft: nobody takes part until it is launched.

    Raises:
        DefinitionError: the study asks for more than the bundle has.
    """
    check_fit(definition, bundle)
    study_id = definition.study.study_id
    newest = _newest(db, study_id)
    if (
        newest is not None
        and newest.launched_at is not None
        and newest.definition_sha256 == definition.sha256
        and newest.bundle_id == bundle.bundle_id
    ):
        return newest
    if (draft := find_draft(db, study_id)) is not None:
        delete_draft(db, draft)
    newest = _newest(db, study_id)
    study = Study(
        study_id=study_id,
        version=1 if newest is None else newest.version + 1,
        title=definition.study.title,
        status=StudyStatus.DRAFT if is_draft else StudyStatus.OPEN,
        definition=definition.to_dict(),
        definition_sha256=definition.sha256,
        bundle_id=bundle.bundle_id,
        created_at=created_at,
        launched_at=None if is_draft else created_at,
    )
    db.add(study)
    db.flush()
    freeze_texts(db, study, definition)
    prepare_slots(db, study, definition, is_simulated=False)
    return study


def get_study(db: Session, study_id: str) -> Study:
    """The newest launched version of a study, or its draft if none was launched.

    Raises:
        StudyNotFoundError: there is none; the message lists those there are.
    """
    study = _newest(db, study_id)
    if study is None:
        names = ", ".join(s.study_id for s in list_studies(db)) or "none yet"
        raise StudyNotFoundError(f"no study {study_id!r}; there are: {names}")
    return study


def list_studies(db: Session) -> list[Study]:
    """Of every study what `get_study` finds, by name."""
    launched = select(func.max(Study.id)).where(Study.launched_at.is_not(None))
    drafted = select(func.max(Study.id)).where(Study.launched_at.is_(None))
    has_launched = select(Study.study_id).where(Study.launched_at.is_not(None))
    query = select(Study).where(
        or_(
            Study.id.in_(launched.group_by(Study.study_id)),
            and_(
                Study.id.in_(drafted.group_by(Study.study_id)),
                Study.study_id.not_in(has_launched),
            ),
        )
    )
    return list(db.scalars(query.order_by(Study.study_id)))


def versions_of(db: Session, study_id: str) -> list[Study]:
    """All versions of a study, the newest first, a draft among them."""
    query = select(Study).where(Study.study_id == study_id)
    return list(db.scalars(query.order_by(Study.version.desc())))


def find_draft(db: Session, study_id: str) -> Study | None:
    """The version of a study that is not launched yet, if there is one."""
    query = select(Study).where(Study.study_id == study_id, Study.launched_at.is_(None))
    return db.scalars(query).one_or_none()


def delete_draft(db: Session, draft: Study) -> None:
    """Forget a draft, with the sessions of those who looked at it.

    Raises:
        StudyStatusError: it was launched.
    """
    if draft.launched_at is not None:
        raise StudyStatusError(f"version {draft.version} was launched and stays")
    for table in (StudySession, Slot, StudyTexts):
        db.execute(delete(table).where(table.study_pk == draft.id))
    db.delete(draft)
    db.flush()


def set_status(db: Session, study_id: str, status: StudyStatus) -> Study:
    """Open, pause or close a study; sessions in progress always finish.

    Raises:
        StudyStatusError: it is a draft.
    """
    study = get_study(db, study_id)
    if study.launched_at is None or status == StudyStatus.DRAFT:
        raise StudyStatusError(
            f"study {study_id!r} is {study.status}; a draft is launched first, and no "
            "study becomes a draft again"
        )
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
