"""Simulated participants on a server that is there for them alone (9.6)."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from study_server.cli import main
from tests.study_server.bundle_fixture import write_bundle
from tests.study_server.simulation.test_run import STUDY


def test_a_dry_run_leaves_an_export_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """9.6: simulated sessions of a study that nobody can take yet."""
    definition, out = tmp_path / "study.toml", tmp_path / "dry.zip"
    definition.write_text(STUDY.format(study_id="dry"))
    bundle = write_bundle(tmp_path, n_features=6, n_tiles=2, image_side_px=16)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))

    arguments = ["dry-run", str(definition), str(bundle), "--accuracy", "0.8"]
    assert main([*arguments, "--sessions", "2", "--out", str(out)]) == 0

    assert "2 completed in all" in capsys.readouterr().out
    with zipfile.ZipFile(out) as files:
        text = files.read("participants.csv").decode()
    sessions = list(csv.DictReader(io.StringIO(text)))
    assert [row["is_simulated"] for row in sessions] == ["true", "true"]
    assert list(scratch.iterdir()) == []
