"""The main job, once for all journeys: a small bundle, 40 people, a report."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.commands import ROOT, run
from tests.study_server.commands.serving import serving

PLAN = """
name = "journey"
rng_seed = 1
n_feature_visualizations = 4
features = [
    "logit:brick", "logit:cat", "logit:coins", "logit:grass",
    "logit:gravel", "logit:moon", "logit:stars", "logit:text",
    "logit:tissue", "logit:engine", "logit:wood", "logit:flag",
]

[network]
name = "embedded"

[photographs]
canvas_px = 64

[selection]
n_natural = 4
n_seed_images = 2

[query_pairs]
near = 1
far = 1
within_class = 0

[accentuation]
steps = 2
draws_per_step = 2
balance_draws = 2

[visualization]
steps = 2
draws_per_step = 2
"""
STUDY = """
[study]
study_id = "journey"
title = "A short journey"
rng_seed = 3
n_slots = 40
estimated_minutes = 3
contact = "lab@example.org"
completion_code = "ARRIVED"

[design]
conditions = ["accentuation", "feature_visualization", "natural", "seed_only"]
practice_features = ["logit:grass", "logit:text", "logit:coins", "logit:stars"]
n_query_pairs = 2
n_panel_tiles = 4

[catch]
per_block = 1

[timing]
panel_min_ms = 0
instructions_min_ms = 0
"""
OBSERVERS = ROOT / "study_server" / "demo" / "observers.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class MainJob:
    """What the commands left behind."""

    folder: Path
    bundle: Path
    export: Path
    report: Path
    results: dict[str, Any]


@pytest.fixture(scope="session")
def main_job(tmp_path_factory: pytest.TempPathFactory) -> MainJob:
    """Photographs to report, each step an ordinary command."""
    folder = tmp_path_factory.mktemp("main-job")
    (folder / "plan.toml").write_text(PLAN)
    (folder / "study.toml").write_text(STUDY)
    data, export, report = folder / "data", folder / "export.zip", folder / "report"

    run("accentuate", "photographs", folder / "photographs")
    made = run(
        *("accentuate", "bundle", folder / "plan.toml", "--out", folder / "bundles"),
        *("--photographs", folder / "photographs"),
    )
    bundle = Path(made.splitlines()[-1])
    run("study-server", "import", bundle, "--data", data)
    run(
        *("study-server", "create", folder / "study.toml"),
        *("--bundle", bundle.name, "--data", data),
    )
    with serving(data) as url:
        run(
            *("study-server", "simulate", "journey", "--url", url, "--data", data),
            *("--observers", OBSERVERS, "--sessions", 40),
        )
    run(
        *("study-server", "export", "journey", "--data", data),
        *("--sessions", "simulated", "--out", export),
    )
    run(
        *("study-analysis", "report", export, "--planted", OBSERVERS),
        *("--bundle", bundle, "--out", report),
    )
    results = json.loads((report / "results.json").read_text())
    return MainJob(
        folder=folder, bundle=bundle, export=export, report=report, results=results
    )
