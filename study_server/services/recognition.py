"""The session behind what a browser shows. No Flask.

Every request begins here, so the study comes along in the same query, and the queries
are written once.
"""

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, contains_eager

from study_server.db import is_writing
from study_server.models import SessionToken, Study, StudySession
from study_server.services.secrets import hash_token

_IN_STUDY = (
    select(StudySession)
    .join(StudySession.study)
    .where(StudySession.study_id == bindparam("study_id"))
    .options(contains_eager(StudySession.study))
)
_BY_TOKEN = _IN_STUDY.where(StudySession.token_sha256 == bindparam("token_sha256"))
_BY_OTHER_TOKEN = _IN_STUDY.join(
    SessionToken, SessionToken.session_id == StudySession.session_id
).where(SessionToken.token_sha256 == bindparam("token_sha256"))


def _locked(query: Select[StudySession]) -> Select[StudySession]:
    """The same, so that what comes for the session at the same time waits.

    The study's definition is read when it is asked for, which is once in a process.
    """
    return query.with_for_update(of=StudySession).options(
        contains_eager(StudySession.study).load_only(
            Study.study_id, Study.definition_sha256, Study.bundle_id
        )
    )


_BY_TOKEN_LOCKED = _locked(_BY_TOKEN)
_BY_OTHER_TOKEN_LOCKED = _locked(_BY_OTHER_TOKEN)


def find_session(db: Session, study_id: str, token: str) -> StudySession | None:
    """The session a browser's secret belongs to, in whatever version of the study.

    In a write transaction it is this request's alone until the commit: what the same
    browser sends at the same time waits.
    """
    token_sha256 = hash_token(token)
    if (session := find_by_hash(db, study_id, token_sha256)) is not None:
        return session
    query = _BY_OTHER_TOKEN_LOCKED if is_writing(db) else _BY_OTHER_TOKEN
    return _find(db, query, study_id, token_sha256)


def find_by_hash(db: Session, study_id: str, token_sha256: str) -> StudySession | None:
    """The session that was begun with the secret of this hash; nothing is proven yet.

    Locked like that of `find_session`.
    """
    query = _BY_TOKEN_LOCKED if is_writing(db) else _BY_TOKEN
    return _find(db, query, study_id, token_sha256)


def _find(
    db: Session, query: Select[StudySession], study_id: str, token_sha256: str
) -> StudySession | None:
    shown = {"study_id": study_id, "token_sha256": token_sha256}
    return db.scalars(query, shown).one_or_none()
