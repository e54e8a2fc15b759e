"""A bundle and a study definition on disk, and the command line to feed them to."""

from collections.abc import Callable
from pathlib import Path

import pytest

from study_server.cli import main
from tests.study_server.bundle_fixture import write_bundle

STUDY = """
[study]
study_id = "tiny"
title = "A tiny study"
rng_seed = 5
n_slots = 64
estimated_minutes = 3
contact = "lab@example.org"
completion_code = "DONE-123"

[design]
conditions = ["accentuation", "natural"]
practice_features = ["logit:feature-0", "logit:feature-1"]
n_query_pairs = 2

[catch]
per_block = 1

[timing]
panel_min_ms = 0
instructions_min_ms = 0
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of six features."""
    return write_bundle(tmp_path)


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    """A study of two conditions on that bundle."""
    path = tmp_path / "study.toml"
    path.write_text(STUDY)
    return path


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., int]:
    """Run a command on one data folder; returns its exit code."""

    def run_on_data(*words: str | Path | int) -> int:
        return main([*map(str, words), "--data", str(tmp_path / "data")])

    return run_on_data


@pytest.fixture
def study(run: Callable[..., int], bundle: Path, definition: Path) -> str:
    """The id of a study that was imported and created."""
    assert run("import", bundle) == 0
    assert run("create", definition, "--bundle", bundle.name) == 0
    return "tiny"
