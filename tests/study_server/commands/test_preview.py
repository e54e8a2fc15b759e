"""`study-server preview` as a process: it serves, and leaves nothing behind."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from study_server.cli import main


def test_a_preview_is_served_and_leaves_nothing_behind(
    bundle: Path, definition: Path, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-m", "study_server", "preview", definition, bundle]
    process = subprocess.Popen(
        [*map(str, command), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={"TMPDIR": str(scratch), "PYTHONPATH": ":".join(sys.path)},
    )
    assert process.stdout is not None
    address = process.stdout.readline().split()[2]

    page = httpx.get(address)

    assert page.status_code == 200
    assert "nothing here is counted or kept" in page.text
    assert [path.name[:14] for path in scratch.iterdir()] == ["study-preview-"]
    process.terminate()
    assert process.wait(timeout=20) == 0
    process.stdout.close()
    assert list(scratch.iterdir()) == []


def test_a_broken_definition_ends_the_preview_before_it_begins(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("[study")

    assert main(["preview", str(path), str(bundle)]) == 1

    assert "not TOML" in capsys.readouterr().err
