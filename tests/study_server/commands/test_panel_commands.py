"""What the panel does can be done by commands, and is noted all the same."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from study_server.cli import main
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.services import drafts, launch
from study_server.services.studies import get_study
from tests.study_server.admin.test_drafts import as_toml
from tests.study_server.rows import add_session
from tests.study_server.study_fixture import (
    STUDY_ID,
    definition_values,
    made_bundle,
    make_study,
)

ERIKA, OTTO = "e" * 32, "0" * 32
Run = Callable[..., list[str]]


@pytest.fixture
def run(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Runs a command that succeeds; returns the lines it printed."""
    for module in (drafts, launch):
        monkeypatch.setattr(module, "AUDITED_PLANS", 20)
    config = ServerConfig(data_dir=tmp_path / "data")
    config.data_dir.mkdir()
    make_study(config, tmp_path)
    database = Database(config.resolved_database_url)
    with database.write() as db:
        study = get_study(db, STUDY_ID)
        add_session(db, study, ERIKA)
        add_session(db, study, OTTO, slot_index=1)
    database.close()

    def run_command(*words: str) -> list[str]:
        status = main([*words, "--data", str(config.data_dir)])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        return printed.out.splitlines()

    return run_command


def test_an_owner_can_be_made_and_a_colleague_let_in(run: Run) -> None:
    assert run("setup-link")[0].startswith("/admin/setup/")
    run("researcher", "add", "ada", "--role", "analyst")
    run("researcher", "role", "ada", "--role", "viewer")
    run("researcher", "revoke-sessions", "ada")
    assert run("researcher", "list") == ["ada\tviewer\tpassword only"]
    run("researcher", "remove", "ada")
    assert run("researcher", "list") == []


def test_a_draft_is_made_and_launched_without_what_is_waived(
    run: Run, tmp_path: Path
) -> None:
    conditions = ["accentuation", "natural", "none", "seed_only"]
    values = definition_values(design={"conditions": conditions})
    (tmp_path / "new.toml").write_text(as_toml(values))
    bundle_id = made_bundle(n_features=10)[0].bundle_id

    run("create", str(tmp_path / "new.toml"), "--bundle", bundle_id, "--draft")
    waived = ("--without", "backup", "--without", "preview", "--without", "disk")
    lines = run("launch", STUDY_ID, *waived, "--reason", "a test")

    assert lines[-1] == f"Launched {STUDY_ID}, version 2"
    assert "to do  preview: A preview was walked to its end" in lines


def test_what_was_done_is_in_the_log_and_the_log_is_whole(run: Run) -> None:
    """7.13"""
    run("pause", STUDY_ID)
    run("unblind", STUDY_ID, "--reason", "safety")
    assert run("accuracy", STUDY_ID) == []
    run("erase", STUDY_ID, ERIKA, "--reason", "asked")
    rows = [json.loads(line) for line in run("audit", "show")]

    assert [row[3] for row in rows] == [
        "study.paused",
        "study.unblind",
        "participant.erase",
    ]
    assert run("audit", "verify")[0].startswith("Checked 3 entries: all as written")


def test_a_bonus_is_proposed_by_one_and_confirmed_by_another(
    run: Run, tmp_path: Path
) -> None:
    """7.12"""
    (tmp_path / "rows.csv").write_text(f"{OTTO[:8]},1.50\n")

    file = ("--file", str(tmp_path / "rows.csv"), "--reason", "long")
    run("bonus", "propose", STUDY_ID, "--by", "ada", *file)
    run("bonus", "confirm", STUDY_ID, "--by", "bob")

    assert run("bonus", "csv", STUDY_ID)[1] == f",{OTTO},1.50,long"


def test_a_session_is_told_and_nothing_is_due(run: Run) -> None:
    assert any("gave consent" in line for line in run("story", STUDY_ID, OTTO[:8]))
    assert run("retention", "--show") == ["Nothing is due"]
    run("scrub")


def test_simulated_participants_leave_nothing_in_the_study(run: Run) -> None:
    """9.6"""
    before = run("status", STUDY_ID)

    lines = run("rehearse", STUDY_ID, "--sessions", "1")

    assert "completed\t1" in lines
    assert run("status", STUDY_ID) == before
