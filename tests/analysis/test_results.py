import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.errors import ConfigError
from analysis.estimation import Resamples, estimate_accuracies, planned_contrasts
from analysis.intervals import GENERALIZATIONS
from analysis.load import load_export
from analysis.results import Analysis, analyse, to_json
from tests.analysis.synthetic import (
    SyntheticStudy,
    Tables,
    draw_tables,
    write_export,
    write_zip,
)

QUICK = AnalysisConfig(n_resamples=2000, n_flips=1000)
PLANTED = {
    "accentuation": 0.85,
    "feature_visualization": 0.7,
    "natural": 0.8,
    "seed_only": 0.65,
}


def analysed(path: Path, planted: dict[str, float] | None = None) -> Analysis:
    return analyse(load_export(path), QUICK, provenance={}, planted=planted)


def one(results: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    found = [
        estimate
        for estimate in results["estimates"]
        if all(estimate[field] == value for field, value in wanted.items())
    ]
    assert len(found) == 1
    estimate: dict[str, Any] = found[0]
    return estimate


def test_every_estimate_says_what_it_generalizes_to(export_path: Path) -> None:
    estimates = analysed(export_path).results["estimates"]

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


def test_estimate_ids_are_unique(export_path: Path) -> None:
    ids = [e["id"] for e in analysed(export_path).results["estimates"]]

    assert len(set(ids)) == len(ids)


def test_accuracy_is_the_mean_of_what_each_person_got_right(export_path: Path) -> None:
    analysis = analysed(export_path)
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
    export_path: Path,
) -> None:
    results = analysed(export_path).results
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


def test_without_the_headline_condition_there_is_no_contrast(tmp_path: Path) -> None:
    study = SyntheticStudy(accuracy={"natural": 0.8, "seed_only": 0.6})

    analysis = analysed(write_export(tmp_path / "e.zip", study))

    assert planned_contrasts(analysis.counts) == []


def test_the_seed_changes_the_bootstraps_and_nothing_else(export_path: Path) -> None:
    export = load_export(export_path)
    counts = analysed(export_path).counts
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


def test_the_wide_display_is_wider_than_the_robust_interval(export_path: Path) -> None:
    results = analysed(export_path).results

    widths = {}
    for method in ("two_way_cluster_robust_t", "two_way_bootstrap"):
        interval = one(results, id=f"accuracy/natural/{method}")["interval"]
        widths[method] = interval["high"] - interval["low"]

    assert widths["two_way_bootstrap"] > widths["two_way_cluster_robust_t"]


ONE_FEATURE: dict[str, Any] = {
    "accuracy": {"natural": 0.7},
    "n_features": 1,
    "n_participants": 30,
    "exclusions": (),
}


def edge_tables(**changes: Any) -> Tables:
    return draw_tables(SyntheticStudy(**{"n_participants": 6, **changes}))


def test_an_empty_export_says_that_nothing_can_be_said(tmp_path: Path) -> None:
    empty = {name: table.iloc[:0] for name, table in edge_tables().items()}

    results = analysed(write_zip(tmp_path / "e.zip", empty), PLANTED).results

    assert results["estimates"] == []
    assert results["planted"] == []
    assert "no_responses" in {w["id"] for w in results["warnings"]}


def test_one_participant_gives_no_interval_for_other_people(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "e.zip", edge_tables(n_participants=1))

    results = analysed(path).results

    both = [e for e in results["estimates"] if e["generalizes_to"] == "both"]
    assert both
    assert all(e["interval"] is None for e in both)
    accuracy = one(results, id="accuracy/natural/participant_bootstrap")
    assert accuracy["status"] == "too_few_clusters"
    assert "1 participant" in accuracy["reason"]
    assert one(results, id="accuracy/natural/wilson")["interval"] is not None
    assert "one_participant" in {w["id"] for w in results["warnings"]}


def test_one_feature_gives_no_interval_for_other_features(tmp_path: Path) -> None:
    study = SyntheticStudy(**ONE_FEATURE)

    results = analysed(write_export(tmp_path / "e.zip", study)).results

    robust = one(results, id="accuracy/natural/two_way_cluster_robust_t")
    people = one(results, id="accuracy/natural/participant_bootstrap")
    assert robust["status"] == "too_few_clusters"
    assert "1 feature " in robust["reason"]
    assert people["interval"] is not None


@pytest.mark.parametrize(("accuracy", "end"), [(1.0, "high"), (0.0, "low")])
def test_all_right_or_all_wrong_gives_only_the_naive_interval(
    tmp_path: Path, accuracy: float, end: str
) -> None:
    study = SyntheticStudy(accuracy=dict.fromkeys(PLANTED, accuracy))

    results = analysed(write_export(tmp_path / "e.zip", study)).results

    robust = one(results, id="accuracy/natural/two_way_cluster_robust_t")
    naive = one(results, id="accuracy/natural/wilson")
    contrast = one(
        results, id="difference/accentuation-natural/two_way_cluster_robust_t"
    )
    assert (robust["status"], robust["interval"]) == ("no_variation", None)
    assert naive["interval"][end] == accuracy
    assert contrast["p"] is None
    assert contrast["value"] == 0


def test_a_contrast_with_one_constant_side_is_flagged(tmp_path: Path) -> None:
    study = SyntheticStudy(accuracy={"accentuation": 1.0, "seed_only": 0.7})

    results = analysed(write_export(tmp_path / "e.zip", study)).results

    ids = {warning["id"] for warning in results["warnings"]}
    assert "one_side_varies/accentuation-seed_only" in ids
    assert "no_variation" in ids


def test_everyone_excluded_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    tables = edge_tables()
    tables["participants"]["data_use"] = False

    results = analysed(write_zip(tmp_path / "e.zip", tables)).results

    assert results["analysed"]["n_responses"] == 0
    assert results["flow"]["n_excluded"] == 6


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


def test_results_are_plain_json_with_sorted_keys(export_path: Path) -> None:
    text = to_json(analysed(export_path, PLANTED).results)

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
