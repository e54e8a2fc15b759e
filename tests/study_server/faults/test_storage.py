"""F10 and F11: long runs, and a disk that takes nothing more."""

import gc
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from study_server.db import Database
from study_server.endurance.ledger import Ledger
from study_server.endurance.oracle import judge
from tests.study_server.participant.visitor import Visitor


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """In a file of this process."""
    return f"sqlite:///{tmp_path / 'study.sqlite3'}"


def test_f10_memory_and_log_do_not_grow_with_answers(
    visitor: Visitor, database: Database
) -> None:
    """F10, 9.4 in short: what one answer leaves behind in the process is nothing."""
    visitor.begin()
    trial = visitor.trial()

    def answer(n_times: int) -> None:
        for n in range(n_times):
            visitor.send(visitor.response(trial["trial_id"], rt_ms=float(n)))
            visitor.get("/api/trial")
        visitor.received = b""
        gc.collect()

    answer(10)  # caches fill
    before = sys.getallocatedblocks()
    answer(40)

    assert sys.getallocatedblocks() - before < 40 / 2, "each answer leaves something"
    log = Path(f"{database.engine.url.database}-wal")
    assert log.stat().st_size < 16_000_000


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow; writing one fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """The database refuses every write, as after a file system's fault."""

    def refuse(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only=ON")

    event.listen(database.engine, "begin", refuse)
    try:
        yield
    finally:
        event.remove(database.engine, "begin", refuse)
        database.engine.dispose()


@pytest.mark.parametrize("fault", ["full disk", "read-only database"])
def test_f11_what_cannot_be_written_is_never_acknowledged(
    visitor: Visitor, database: Database, fault: str
) -> None:
    """F11, 4.11: a refusal, and the same answer is taken when there is room again."""
    visitor.begin()
    ledger = Ledger()
    ledger.hear(visitor.answer(visitor.trial()).data)
    second = visitor.response(visitor.trial()["trial_id"])

    with full_disk() if fault == "full disk" else read_only(database):
        failed = visitor.send(second)
    told = visitor.send(second)

    assert failed.status_code == 503
    assert b"response_id" not in failed.data
    assert told.status_code == 200
    ledger.hear(told.data)
    verdict = judge(ledger, database)
    assert verdict.is_clean, verdict
    assert verdict.acknowledged == verdict.stored == 2
