"""A platform's file against our sessions. No Flask."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.design.definition import StudyDefinition
from study_server.models import Outcome, Study, StudySession
from study_server.recruitment.arrival import Arrival
from study_server.recruitment.platform_csv import PlatformRow, read_rows
from study_server.recruitment.platforms import PLATFORMS
from study_server.recruitment.pseudonym import own_code
from study_server.recruitment.reconciliation import Finding, OwnSession, reconcile
from study_server.services.identities import identify
from study_server.services.studies import definition_of, get_study


def reconcile_file(
    db: Session,
    study_id: str,
    content: bytes,
    *,
    key: bytes,
    named: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Every row of the platform's CSV judged against what we hold.

    Args:
        key: of the pseudonyms.
        named: our column to the file's, where it is not one that the platform uses.

    Raises:
        StudyNotFoundError: there is no such study.
        RecruitmentError: the file cannot be read as one of the platform.
    """
    definition = definition_of(get_study(db, study_id))
    platform = PLATFORMS[definition.recruitment.platform]
    rows = read_rows(content, platform, named=named)
    return reconcile_rows(db, study_id, rows, key=key)


def reconcile_rows(
    db: Session, study_id: str, rows: Iterable[PlatformRow], *, key: bytes
) -> list[Finding]:
    """Every row of the platform's account judged against what we hold.

    Sessions are found by pseudonym, so also when the platform's ids are erased.

    Raises:
        StudyNotFoundError: there is no such study.
    """
    study = get_study(db, study_id)
    platform = PLATFORMS[definition_of(study).recruitment.platform]
    return reconcile(
        rows,
        platform,
        find=_finder(db, study, key=key),
        unlisted=lambda seen: _unlisted(db, study, seen, key=key),
    )


def _finder(
    db: Session, study: Study, *, key: bytes
) -> Callable[[PlatformRow], OwnSession | None]:
    definition = definition_of(study)

    def find(row: PlatformRow) -> OwnSession | None:
        arrival = Arrival(
            platform=definition.recruitment.platform,
            participant_id=row.participant_id or None,
            submission_id=row.submission_id or None,
        )
        who = identify(definition, arrival, key=key)
        in_study = select(StudySession).where(
            StudySession.study_id == study.study_id,
            StudySession.is_preview.is_(False),
        )
        for column, pseudonym in (
            (StudySession.submission_pseudonym, who.submission_pseudonym),
            (StudySession.pseudonym, who.pseudonym),
        ):
            if pseudonym is None:
                continue
            session = db.scalars(in_study.where(column == pseudonym)).first()
            if session is not None:
                return _own(session, definition, key=key)
        return None

    return find


def _unlisted(
    db: Session, study: Study, seen: set[str], *, key: bytes
) -> Sequence[OwnSession]:
    """Completed sessions of people that no row led to."""
    query = select(StudySession).where(
        StudySession.study_id == study.study_id,
        StudySession.is_preview.is_(False),
        StudySession.is_simulated.is_(False),
        StudySession.outcome == Outcome.COMPLETED,
    )
    definition = definition_of(study)
    return [
        _own(session, definition, key=key)
        for session in db.scalars(query.order_by(StudySession.completed_at))
        if session.session_id not in seen
    ]


def _own(
    session: StudySession, definition: StudyDefinition, *, key: bytes
) -> OwnSession:
    code = None
    if session.outcome is not None:
        code = definition.outcome(Outcome(session.outcome).value).code
    if code is not None and definition.recruitment.has_own_codes:
        code = own_code(key, code, session.session_id)
    return OwnSession(
        session_id=session.session_id,
        outcome=session.outcome,
        code=code,
        holds_slot=session.holds_slot,
    )
