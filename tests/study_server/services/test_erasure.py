"""Who was erased has left no byte behind."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from study_server.db import Database
from study_server.dialects import is_sqlite
from study_server.errors import ErasureError, SessionNotFoundError
from study_server.export.archive import stream_archive
from study_server.models import (
    Base,
    Bonus,
    Erasure,
    PlatformIdentity,
    ResponseRejected,
    StudySession,
    StudyStatus,
)
from study_server.services.backups import make_backup
from study_server.services.erasure import erase_participant, scrub
from study_server.services.retention import erase_expired, find_expired
from study_server.services.studies import get_study, set_status
from tests.study_server.rows import (
    MORNING,
    add_conflict,
    add_response,
    add_session,
    add_study,
    add_trial,
)

PLANTED = ("PROLIFIC5f3c0ffee", "SUBMISSION77aa", "I am Erika Mustermann of Bonn")
ERIKA, OTTO = "e1" * 16, "0d" * 16


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Erika has left her ids and her words wherever one can; Otto sits beside her."""
    database = Database(database_url)
    database.prepare()
    with database.write() as db:
        study = add_study(db)
        for slot, session_id in enumerate((ERIKA, OTTO)):
            is_erika = session_id == ERIKA
            session = add_session(
                db,
                study,
                session_id,
                slot_index=slot,
                strategy=PLANTED[2] if is_erika else "By colour",
            )
            for index in range(20):
                add_response(db, add_trial(db, session, index))
            db.add(
                PlatformIdentity(
                    session_id=session_id,
                    platform="prolific",
                    participant_id=PLANTED[0] if is_erika else "OTTO",
                    submission_id=PLANTED[1] if is_erika else "OTTO1",
                    others={"note": PLANTED[2]} if is_erika else {},
                )
            )
        db.add(
            ResponseRejected(
                session_id=ERIKA,
                body=f"{PLANTED[0]} {PLANTED[2]}",
                body_sha256="b" * 64,
                reason="no JSON",
                received_at=MORNING,
            )
        )
        db.get_one(StudySession, ERIKA).freed_note = PLANTED[2]
        trial = add_trial(db, db.get_one(StudySession, ERIKA), 20)
        add_conflict(db, trial, "conflict")
        db.add(
            Bonus(
                study_id="demo",
                payee=ERIKA,
                session_id=ERIKA,
                reason=PLANTED[2],
                amount_cents=100,
                proposed_by="ada",
                proposed_at=MORNING,
            )
        )
    yield database
    database.close()


def bytes_of(database: Database, tmp_path: Path) -> bytes:
    """The database's files with its write-ahead log, an export and a backup."""
    found = b""
    if is_sqlite(database.engine):
        path = Path(str(database.engine.url.database))
        for each in (path, *path.parent.glob(f"{path.name}-*")):
            found += each.read_bytes()
    else:  # the files belong to the server: what can be read of them
        with database.read() as db:
            for table in Base.metadata.sorted_tables:
                found += str(db.execute(select(table)).all()).encode()
    with database.read() as db:
        for sessions in ("all", "real"):
            chunks = stream_archive(
                db, get_study(db, "demo"), sessions=sessions, exported_at=MORNING
            )
            found += b"".join(chunks)
    return found + make_backup(database, tmp_path / "b", now=MORNING).read_bytes()


def test_no_byte_of_an_erased_participant_is_left(
    database: Database, tmp_path: Path
) -> None:
    """7.11, 8.7"""
    before = bytes_of(database, tmp_path / "before")
    assert all(text.encode() in before for text in PLANTED)

    with database.write() as db:
        erase_participant(db, "demo", ERIKA, reason="asked", erased_at=MORNING)
    assert scrub(database)

    after = bytes_of(database, tmp_path / "after")
    assert [text for text in (*PLANTED, ERIKA) if text.encode() in after] == []
    assert b"OTTO" in after


def test_a_tombstone_stays_and_the_others_too(database: Database) -> None:
    """7.11"""
    with database.write() as db:
        erase_participant(db, "demo", ERIKA[:8], reason="asked", erased_at=MORNING)

    with database.read() as db:
        assert db.scalars(select(Erasure.reason)).all() == ["asked"]
        assert db.scalars(select(StudySession.session_id)).all() == [OTTO]


def test_a_reason_of_ones_own_is_refused(database: Database) -> None:
    """Words of one's own might name somebody."""
    with pytest.raises(ErasureError, match="asked"), database.write() as db:
        erase_participant(db, "demo", ERIKA, reason="Erika asked", erased_at=MORNING)


@pytest.mark.parametrize("reference", ["", "e", "%%%%%%%%", "ffffffff"])
def test_nobody_is_erased_by_a_guess(database: Database, reference: str) -> None:
    with pytest.raises(SessionNotFoundError), database.write() as db:
        erase_participant(db, "demo", reference, reason="asked", erased_at=MORNING)


def test_platform_ids_are_kept_for_ninety_days_after_the_close(
    database: Database,
) -> None:
    """8.7"""
    day = timedelta(days=1)
    with database.write() as db:
        assert find_expired(db, now=MORNING + 400 * day) == []  # open
        set_status(db, "demo", StudyStatus.CLOSED)
        assert erase_expired(db, now=MORNING + 89 * day) == []
        (expired,) = erase_expired(db, now=MORNING + 91 * day)
        assert expired.n_identities == 2
        assert db.scalars(select(PlatformIdentity)).all() == []
        assert db.get(StudySession, ERIKA) is not None
