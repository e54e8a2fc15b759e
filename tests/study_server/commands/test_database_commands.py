"""Commands about the whole database, as an administrator types them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from study_server.cli import main
from study_server.db import Database
from study_server.services.copying import fingerprints

Run = Callable[..., int]
pytestmark = pytest.mark.usefixtures("study")


def test_a_study_moves_to_another_database_and_back(
    run: Run, tmp_path: Path, empty_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """9.7"""
    first = f"sqlite:///{tmp_path / 'data' / 'study.sqlite3'}"
    last = f"sqlite:///{tmp_path / 'back.sqlite3'}"

    assert main(["copy-database", first, empty_url]) == 0
    assert "read back the same" in capsys.readouterr().out
    assert run("status", "tiny", "--database", empty_url) == 0
    assert main(["copy-database", empty_url, last]) == 0

    assert contents(first) == contents(last)
    assert main(["copy-database", first, last]) == 1
    assert "has rows already" in capsys.readouterr().err
    assert main(["copy-database", first, first]) == 1


def test_a_backup_is_made_verified_and_restored(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """4.13"""
    folder = tmp_path / "backups"
    other = tmp_path / "other"

    assert run("backup", "--to", folder) == 0
    assert main(["verify-backup", str(folder)]) == 0
    assert main(["restore", "--verify", str(folder)]) == 0
    assert "can be restored" in capsys.readouterr().out
    assert main(["restore", str(folder), "--data", str(other)]) == 0

    assert contents(f"sqlite:///{other / 'study.sqlite3'}") == contents(
        f"sqlite:///{tmp_path / 'data' / 'study.sqlite3'}"
    )
    assert run("restore", folder) == 1
    assert "has rows already" in capsys.readouterr().err


def test_an_empty_folder_of_backups_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify-backup", str(tmp_path)]) == 1

    assert f"there is no backup in {tmp_path}" in capsys.readouterr().err


def test_migrate_says_which_schema_there_is(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("migrate") == 0

    assert "schema of revision 0" in capsys.readouterr().out


def contents(url: str) -> object:
    """What every table holds."""
    database = Database(url)
    try:
        with database.read() as db:
            return fingerprints(db)
    finally:
        database.close()
