"""One process at a time writes, and a dead one keeps nobody waiting."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from study_server.turn_file import TurnFile

KEEP = """
import sys, time
from pathlib import Path
from study_server.turn_file import TurnFile
TurnFile(Path(sys.argv[1])).take(5) and print("taken", flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "study.db"
    path.touch(mode=0o640)
    return path


@contextmanager
def another_process_with_the_lock(path: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", KEEP, str(path)], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        yield process
        process.kill()


def test_it_waits_no_longer_than_it_may(path: Path) -> None:
    with another_process_with_the_lock(path):
        assert not TurnFile(path).take(0.01)


def test_a_killed_process_gives_the_lock_back(path: Path) -> None:
    with another_process_with_the_lock(path) as process:
        process.send_signal(signal.SIGKILL)
        assert TurnFile(path).take(10)


def test_it_can_be_taken_again_after_it_was_given(path: Path) -> None:
    mine, theirs = TurnFile(path), TurnFile(path)
    for _ in range(3):
        assert mine.take(1)
        assert not theirs.take(0)
        mine.give()
        assert theirs.take(1)
        theirs.give()


def test_closed_it_keeps_neither_the_lock_nor_the_file(path: Path) -> None:
    kept = TurnFile(path)
    kept.take(1)

    kept.close()

    assert TurnFile(path).take(0)
    assert not kept.take(0)


def test_who_may_write_the_database_may_take_the_lock(path: Path) -> None:
    TurnFile(path).take(1)

    lock = path.with_name("study.db-turn").stat()
    assert stat.S_IMODE(lock.st_mode) == 0o640
    assert lock.st_uid == path.stat().st_uid
    assert lock.st_size == 0


def test_a_link_in_its_place_is_not_followed(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch(mode=0o600)
    path.with_name("study.db-turn").symlink_to(other)

    with pytest.raises(OSError, match="symbolic"):
        TurnFile(path).take(0)
    assert stat.S_IMODE(other.stat().st_mode) == 0o600


def test_what_a_process_takes_away_from_new_files_does_not_count(path: Path) -> None:
    before = os.umask(0o077)
    try:
        TurnFile(path).take(0)
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.with_name("study.db-turn").stat().st_mode) == 0o640
