import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.errors import ConfigError
from analysis.estimation import Resamples, estimate_accuracies
from analysis.intervals import GENERALIZATIONS
from analysis.load import load_export
from analysis.results import Analysis, to_json
from tests.analysis.quick import PLANTED, analysed, edge_tables, one
from tests.analysis.synthetic import SyntheticStudy, draw_tables, write_export
from tests.analysis.synthetic_zip import write_zip


def test_every_estimate_says_what_it_generalizes_to(typical: Analysis) -> None:
    estimates = typical.results["estimates"]

    assert estimates
    for estimate in estimates:
        assert estimate["generalizes_to"] in GENERALIZATIONS
        if estimate["interval"]:
            assert estimate["interval"]["generalizes_to"] == estimate["generalizes_to"]
            assert estimate["interval"]["level"] == 0.95
            assert estimate["interval"]["method"] == estimate["method"]
        else:
            assert estimate["status"] != "ok"
            assert estimate["reason"]


def test_estimate_ids_are_unique(typical: Analysis) -> None:
    ids = [e["id"] for e in typical.results["estimates"]]

    assert len(set(ids)) == len(ids)


def test_accuracy_is_the_mean_of_what_each_person_got_right(typical: Analysis) -> None:
    analysis = typical
    rows = analysis.responses.loc[analysis.responses["condition"] == "natural"]
    by_person = rows.groupby("participant_id")["is_correct"].mean()

    estimate = one(
        analysis.results,
        id="accuracy/natural/two_way_cluster_robust_t",
    )

    assert estimate["value"] == pytest.approx(float(by_person.mean()))
    assert estimate["n_responses"] == len(rows) == 200
    assert estimate["n_participants"] == 40
    assert estimate["n_features"] == 20


def test_only_main_trials_of_people_left_are_analysed(tmp_path: Path) -> None:
    tables = draw_tables(SyntheticStudy(n_participants=8, n_features=8))
    tables["participants"].loc[0, "outcome"] = "withdrawn"

    analysis = analysed(write_zip(tmp_path / "e.zip", tables))

    assert set(analysis.responses["trial_kind"]) == {"main"}
    assert "s00000" not in set(analysis.responses["session_id"])
    assert len(analysis.responses) == 7 * 8
    assert analysis.results["flow"]["n_analysed"] == 7


def test_intervals_contain_the_planted_accuracies(tmp_path: Path) -> None:
    study = SyntheticStudy(accuracy=PLANTED, n_participants=60, rng_seed=2)

    results = analysed(write_export(tmp_path / "e.zip", study), PLANTED).results

    rows = [r for r in results["planted"] if r["generalizes_to"] == "both"]
    assert len(rows) == 8
    assert all(row["contains"] for row in rows)


def test_shuffled_labels_lose_the_planted_accuracies(tmp_path: Path) -> None:
    tables = draw_tables(SyntheticStudy(accuracy=PLANTED, n_participants=60))
    swap = dict(zip(PLANTED, reversed(list(PLANTED)), strict=True))
    for table in (tables["trials"], tables["responses"]):
        table["condition"] = table["condition"].map(swap)

    results = analysed(write_zip(tmp_path / "e.zip", tables), PLANTED).results

    assert not all(row["contains"] for row in results["planted"])


def test_the_contrasts_are_the_planned_ones_and_adjusted_together(
    typical: Analysis,
) -> None:
    results = typical.results
    tested = [e for e in results["estimates"] if e["family"] == "contrasts"]

    assert [e["contrast"] for e in tested] == [
        ["accentuation", "seed_only"],
        ["accentuation", "natural"],
        ["accentuation", "feature_visualization"],
    ]
    smallest = min(tested, key=lambda e: e["p"])
    assert smallest["p_adjusted"] == pytest.approx(min(3 * smallest["p"], 1))
    assert all(e["p_adjusted"] >= e["p"] for e in tested)
    assert not any(e["is_confirmatory"] for e in tested)
    assert all(e["df"] == 19 for e in tested)


def test_the_seed_changes_the_bootstraps_and_nothing_else(
    export_path: Path, typical: Analysis
) -> None:
    export = load_export(export_path)
    counts = typical.counts
    assert export.participants["is_simulated"].all()

    def intervals(rng_seed: int) -> dict[str, Any]:
        config = AnalysisConfig(n_resamples=2000, rng_seed=rng_seed)
        found = estimate_accuracies(counts, Resamples(counts, config), config)
        return {e.id: e.interval for e in found}

    one_seed, same_seed, other_seed = intervals(1), intervals(1), intervals(2)

    assert one_seed == same_seed
    differing = {key for key in one_seed if one_seed[key] != other_seed[key]}
    assert differing
    assert all(key.endswith("bootstrap") for key in differing)


def test_the_wide_display_is_wider_than_the_robust_interval(typical: Analysis) -> None:
    results = typical.results

    widths = {}
    for method in ("two_way_cluster_robust_t", "two_way_bootstrap"):
        interval = one(results, id=f"accuracy/natural/{method}")["interval"]
        widths[method] = interval["high"] - interval["low"]

    assert widths["two_way_bootstrap"] > widths["two_way_cluster_robust_t"]


def test_times_that_cannot_be_are_left_out_of_times_only(tmp_path: Path) -> None:
    tables = edge_tables()
    tables["responses"].loc[[3, 4, 5], "rt_ms"] = [np.nan, 0.0, -5.0]

    results = analysed(write_zip(tmp_path / "e.zip", tables)).results

    assert sum(row["n_without_time"] for row in results["response_times"]) == 3
    assert results["analysed"]["n_responses"] == 6 * 20
    assert "untimed" in {w["id"] for w in results["warnings"]}


def test_mixing_people_with_simulations_is_said(tmp_path: Path) -> None:
    tables = edge_tables()
    tables["participants"].loc[0, "is_simulated"] = False

    results = analysed(write_zip(tmp_path / "e.zip", tables)).results

    assert "mixed_origin" in {w["id"] for w in results["warnings"]}


def test_a_catch_rule_nobody_can_pass_is_said(tmp_path: Path) -> None:
    rules = ({"name": "catch", "min_correct": 7},)
    path = write_zip(tmp_path / "e.zip", edge_tables(n_catch=4), exclusions=rules)

    results = analysed(path).results

    assert "catch_rule_unreachable" in {w["id"] for w in results["warnings"]}
    assert results["flow"]["n_analysed"] == 0


def test_results_are_plain_json_with_sorted_keys(typical: Analysis) -> None:
    text = to_json(typical.results)

    content = json.loads(text)
    assert list(content) == sorted(content)
    assert "NaN" not in text
    assert (
        json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False) + "\n" == text
    )


@pytest.mark.parametrize(
    "changes",
    [{"level": 1.0}, {"n_resamples": 5}, {"rng_seed": -1}, {"n_flips": 0}],
)
def test_settings_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        AnalysisConfig(**changes)
    assert math.isclose(AnalysisConfig().level, 0.95)
