"""What was planted in simulated observers, beside what the analysis finds of it.

Observers take the study over sockets, its export is analysed: nothing in between.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.config import AnalysisConfig
from analysis.load import load_export
from analysis.results import analyse
from study_server.cli import main
from tests.study_server.bundle_fixture import write_bundle
from tests.study_server.commands.serving import serving

QUICK = AnalysisConfig(
    n_resamples=1000, n_flips=1000, second_engine_up_to=0, multiverse_fits_up_to=0
)


STUDY = """
[study]
study_id = "careless"
title = "Answered without looking, at times"
rng_seed = 3
n_slots = 40
estimated_minutes = 3
contact = "lab@example.org"
completion_code = "ARRIVED"

[design]
conditions = ["accentuation", "feature_visualization", "natural", "seed_only"]
practice_features = [
    "logit:feature-0", "logit:feature-1", "logit:feature-2", "logit:feature-3",
]
n_query_pairs = 2
n_panel_tiles = 2

[catch]
per_block = 1

[timing]
panel_min_ms = 0
instructions_min_ms = 0
"""
OBSERVERS = """
rng_seed = 11

[accuracy]
accentuation = 0.92
natural = 0.85
feature_visualization = 0.75
seed_only = 0.6

[attention]
catch = 1.0

[lapse]
rate = 0.15

[bias]
rate = 0.2
p_left = 0.9
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovered:
    """One planted quantity and its estimate."""

    name: str
    planted: float
    value: float
    low: float
    high: float

    def is_inside(self, wider: float = 1.0) -> bool:
        """Whether the interval, so many times as wide, holds what was planted."""
        more = (wider - 1) * (self.high - self.low) / 2
        return self.low - more <= self.planted <= self.high + more


def simulated_export(
    folder: Path, *, data: Path, bundle_id: str, study: str, observers: Path
) -> Path:
    """Create a study, let observers take it over sockets, export their answers.

    Args:
        folder: where study file and export go.
        data: of a server that has imported the bundle.
        study: a study file; `study_id` and `n_slots` are read of it.
    """
    head = tomllib.loads(study)["study"]
    study_id, path = head["study_id"], folder / f"{head['study_id']}.toml"
    path.write_text(study)
    _server("create", path, "--bundle", bundle_id, "--data", data)
    with serving(data) as url:
        _server(
            *("simulate", study_id, "--url", url, "--data", data),
            *("--observers", observers, "--sessions", head["n_slots"]),
        )
    export = folder / f"{study_id}.zip"
    _server(
        *("export", study_id, "--data", data),
        *("--sessions", "simulated", "--out", export),
    )
    return export


def small_bundle(folder: Path, data: Path) -> str:
    """Import a bundle of twelve drawn features; its id."""
    bundle = write_bundle(folder, n_features=12, n_tiles=4)
    _server("import", bundle, "--data", data)
    return bundle.name


def _server(*words: object) -> None:
    assert main([str(word) for word in words]) == 0


def recover(export: Path, observers: Path) -> list[Recovered]:
    """Accuracies, condition effects, lapse rate and side bias, planted and found."""
    planted = tomllib.loads(observers.read_text())
    results = analyse(load_export(export), QUICK, provenance={}).results
    careless = _careless(planted)
    expected = {
        condition: (1 - careless) * accuracy + careless / 2
        for condition, accuracy in planted["accuracy"].items()
    }
    attention = {row["quantity"]: row for row in results["attention"]}
    bias = planted.get("bias", {})
    left = bias.get("rate", 0.0) * (bias.get("p_left", 0.5) - 0.5)
    return [
        *_estimates(results, expected),
        _one("lapse rate", careless, attention["lapse_rate"]),
        _one("side bias", left, attention["side_bias"]),
    ]


def _careless(planted: Mapping[str, Any]) -> float:
    """Share of trials answered without a look: by the side, else by a coin."""
    by_side = float(planted.get("bias", {}).get("rate", 0.0))
    by_coin = float(planted.get("lapse", {}).get("rate", 0.0))
    return by_side + (1 - by_side) * by_coin


def _estimates(
    results: Mapping[str, Any], expected: Mapping[str, float]
) -> list[Recovered]:
    """By the two-way robust interval, for other people and other features."""
    found = []
    for row in results["estimates"]:
        if row["method"] != "two_way_cluster_robust_t" or row["stratum"] is not None:
            continue
        if row["quantity"] == "accuracy":
            truth = expected[row["condition"]]
            found.append(_one(f"accuracy, {row['condition']}", truth, row))
        elif row["quantity"] == "difference":
            first, second = row["contrast"]
            truth = expected[first] - expected[second]
            found.append(_one(f"{first} minus {second}", truth, row))
    return found


def _one(name: str, planted: float, row: Mapping[str, Any]) -> Recovered:
    ends = row["interval"]
    return Recovered(
        name=name,
        planted=planted,
        value=row["value"],
        low=ends["low"],
        high=ends["high"],
    )
