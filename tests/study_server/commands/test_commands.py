"""What the commands print, and how they fail: one clear line, exit code 1."""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from study_server.cli import COMMANDS, main, make_parser

Run = Callable[..., int]
Captured = pytest.CaptureFixture[str]


def test_a_bundle_is_imported_once(run: Run, bundle: Path, capsys: Captured) -> None:
    assert run("import", bundle) == 0
    assert run("import", bundle) == 0

    assert capsys.readouterr().out == f"Imported bundle {bundle.name}\n" * 2


@pytest.mark.usefixtures("study")
def test_a_study_is_created_once(
    run: Run, bundle: Path, definition: Path, capsys: Captured
) -> None:
    capsys.readouterr()

    assert run("create", definition, "--bundle", bundle.name) == 0

    assert capsys.readouterr().out == (
        "Study tiny, version 1\nParticipants begin at /s/tiny/\n"
    )


def test_check_prints_the_counts_of_the_design(
    bundle: Path, definition: Path, capsys: Captured
) -> None:
    assert main(["check", str(definition), str(bundle)]) == 0

    out = capsys.readouterr().out
    # 6 features, 2 of them in practice; 2 conditions with a catch trial each
    assert "2 practice, 4 main, 2 catch per session" in out
    assert "2 lists x 2 orders x 2 pairs = 8 cells; 64 slots give 8.00" in out
    assert "2000 participants, 20 % dropouts" in out
    assert "0 laws broken" in out
    assert "nothing stands against it" in out


def test_check_prints_json_that_a_program_can_read(
    bundle: Path, definition: Path, capsys: Captured
) -> None:
    words = ["check", str(definition), str(bundle), "--json", "--participants", "16"]

    assert main(words) == 0

    report = json.loads(capsys.readouterr().out)
    assert report["refusals"] == []
    assert report["simulation"]["n_violations"] == 0
    assert report["catch_rule"] is None


def test_check_refuses_a_share_of_dropouts_that_cannot_be(
    bundle: Path, definition: Path, capsys: Captured
) -> None:
    assert main(["check", str(definition), str(bundle), "--dropout", "1.5"]) == 1
    assert "from 0 to below 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "status"),
    [("pause", "paused"), ("close", "closed"), ("resume", "open")],
)
def test_a_study_is_paused_resumed_and_closed(
    run: Run, study: str, capsys: Captured, command: str, status: str
) -> None:
    capsys.readouterr()

    assert run(command, study) == 0

    assert capsys.readouterr().out == f"Study tiny is now {status}\n"


def test_status_prints_counts(run: Run, study: str, capsys: Captured) -> None:
    capsys.readouterr()

    assert run("status", study) == 0

    out = capsys.readouterr().out
    assert out.startswith("tiny, version 1: open\n")
    assert re.search(r"completed +0 +0\n", out)


@pytest.mark.usefixtures("study")
def test_a_one_time_password_is_printed_for_each_new_researcher_and_reset(
    run: Run, capsys: Captured
) -> None:
    capsys.readouterr()

    assert run("researcher", "add", "ada") == 0
    assert run("researcher", "reset-password", "ada") == 0

    passwords = re.findall(r"One-time password: (\S+)", capsys.readouterr().out)
    assert len(set(passwords)) == 2


def test_an_export_is_written_and_says_what_is_in_it(
    run: Run, study: str, tmp_path: Path, capsys: Captured
) -> None:
    capsys.readouterr()
    out = tmp_path / "export.zip"

    assert run("export", study, "--out", out) == 0

    assert capsys.readouterr().out == f"Wrote {out}: 0 sessions (real)\n"
    with zipfile.ZipFile(out) as files:
        assert files.testzip() is None


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["status", "none"], "no study 'none'"),
        (["pause", "none"], "no study 'none'"),
        (["export", "none", "--out", "x.zip"], "no study 'none'"),
        (["researcher", "reset-password", "bob"], "no researcher 'bob'"),
        (["researcher", "add", " "], "must have 1 to"),
        (["export", "tiny", "--out", "/nowhere/x.zip"], "name a folder that exists"),
    ],
)
def test_what_does_not_exist_is_named(
    run: Run, capsys: Captured, words: list[str], reason: str
) -> None:
    assert run(*words) == 1

    assert reason in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["status", "tiny"],
        ["researcher", "add", "ada"],
        ["run"],
        ["export", "tiny", "--out", "x.zip"],
    ],
)
def test_a_missing_data_folder_is_not_made_by_accident(
    run: Run, tmp_path: Path, capsys: Captured, words: list[str]
) -> None:
    assert run(*words) == 1

    assert "there is no data folder" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_a_corrupt_bundle_is_refused(run: Run, bundle: Path, capsys: Captured) -> None:
    image = next((bundle / "images").iterdir())
    image.write_bytes(image.read_bytes()[:-1] + b"x")

    assert run("import", bundle) == 1

    assert image.name in capsys.readouterr().err


def test_a_broken_definition_is_refused(
    run: Run, bundle: Path, definition: Path, capsys: Captured
) -> None:
    assert run("import", bundle) == 0
    definition.write_text("[study")

    assert run("create", definition, "--bundle", bundle.name) == 1

    assert "not TOML" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_a_bundle_that_was_not_imported_is_named(
    run: Run, definition: Path, capsys: Captured
) -> None:
    assert run("create", definition, "--bundle", "other") == 1

    assert "no bundle 'other' was imported" in capsys.readouterr().err


def test_a_database_that_cannot_be_used_is_named(
    run: Run, study: str, capsys: Captured
) -> None:
    assert run("status", study, "--database", "sqlite:////nowhere/x.sqlite3") == 1

    assert "cannot be used" in capsys.readouterr().err


def test_the_data_folder_can_come_from_the_environment(
    study: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDY_SERVER_DATA", str(tmp_path / "data"))

    assert main(["status", study]) == 0


def test_a_wrong_use_exits_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STUDY_SERVER_DATA", raising=False)

    with pytest.raises(SystemExit) as exit_info:
        main(["status", "tiny"])

    assert exit_info.value.code == 2


def test_the_help_of_every_command_shows_an_example(capsys: Captured) -> None:
    parser = make_parser()
    names = re.findall(r"^    (\w+) ", parser.format_help(), re.MULTILINE)
    assert len(names) >= len(COMMANDS)

    for name in names:
        with pytest.raises(SystemExit):
            main([name, "--help"])
        assert f"study-server {name}" in capsys.readouterr().out.split("example:")[1]


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "study_server", "status"],
        capture_output=True,
        text=True,
        check=False,
        env={k: v for k, v in os.environ.items() if k != "STUDY_SERVER_DATA"},
    )

    assert done.returncode == 2
    assert "study-server status" in done.stderr
