"""The watch over disk and database."""

import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from study_server.db import Database
from study_server.trouble import PAUSE_AFTER_FAILURE_S, Watch, is_outage

DISK_FULL = OperationalError("INSERT", {}, Exception("database or disk is full"))


class Seconds:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def test_a_failed_write_is_trouble_until_one_succeeds(
    tmp_path: Path, seconds: Seconds
) -> None:
    """4.11"""
    watch = Watch(tmp_path, min_free_bytes=0, clock=seconds)
    assert watch.trouble() is None

    watch.note_failure(DISK_FULL)
    assert watch.trouble() == "the database failed: database or disk is full"
    watch.note_success()

    assert watch.trouble() is None


def test_after_a_while_someone_is_let_in_to_try(
    tmp_path: Path, seconds: Seconds
) -> None:
    watch = Watch(tmp_path, min_free_bytes=0, clock=seconds)
    watch.note_failure(DISK_FULL)

    seconds.now += PAUSE_AFTER_FAILURE_S

    assert watch.trouble() is None


def test_a_disk_that_is_nearly_full_is_trouble(tmp_path: Path) -> None:
    watch = Watch(tmp_path, min_free_bytes=2**62)

    assert "MB are free on the disk" in str(watch.trouble())


def test_the_alarm_is_told_once_in_a_while(tmp_path: Path, seconds: Seconds) -> None:
    bell = tmp_path / "bell"
    watch = Watch(tmp_path, min_free_bytes=0, alarm=f"cat >> {bell}", clock=seconds)

    watch.note_failure(DISK_FULL)
    watch.note_failure(DISK_FULL)

    for _ in range(500):
        if bell.exists() and bell.read_text():
            break
        time.sleep(0.01)
    assert bell.read_text().count("database or disk is full") == 1


def test_a_missing_table_is_no_outage_on_any_database(database_url: str) -> None:
    """It will not be there in ten seconds either, and whoever sees it is to tell us."""
    database = Database(database_url)

    with pytest.raises(DatabaseError) as caught, database.read() as db:
        db.execute(text("SELECT * FROM nowhere"))

    database.close()
    assert not is_outage(caught.value)


def test_a_fault_of_ours_is_no_outage() -> None:
    assert is_outage(DISK_FULL)
    assert not is_outage(IntegrityError("INSERT", {}, Exception("UNIQUE failed")))
    assert not is_outage(ValueError("something else"))
