"""Sections of the results, on data whose answer is known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.results import Analysis
from analysis.sections.listed import SECTIONS
from analysis.sections.moderators import layer_of
from tests.analysis.quick import analysed, edge_tables, one
from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import Tables, write_zip

LOPSIDED = {"accentuation": 0.9, "seed_only": 0.6}


@pytest.fixture(scope="module")
def results(typical: Analysis) -> dict[str, Any]:
    return typical.results


def results_of(tmp_path: Path, tables: Tables, **more: Any) -> dict[str, Any]:
    return analysed(write_zip(tmp_path / "e.zip", tables, **more)).results


def intervals_in(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        own = [value] if {"low", "high", "method"} <= set(value) else []
        return own + [i for item in value.values() for i in intervals_in(item)]
    if isinstance(value, list):
        return [i for item in value for i in intervals_in(item)]
    return []


def test_every_interval_of_every_section_says_what_it_generalizes_to(
    results: dict[str, Any],
) -> None:
    """1"""
    found = intervals_in({name: results[name] for name in SECTIONS})

    assert len(found) > 50
    kinds = {interval["generalizes_to"] for interval in found}
    assert kinds <= {"both", "new_participants", "new_features", "nothing_new"}


def test_a_balanced_plan_is_called_balanced(results: dict[str, Any]) -> None:
    """4.2"""
    assert results["design_audit"]["cells"] == [10, 10]
    assert results["design_audit"]["n_query_in_panel"] == 0


def test_a_query_image_that_stood_in_a_panel_is_found(tmp_path: Path) -> None:
    """4.2"""
    tables = edge_tables()
    trials = tables["trials"]
    place = trials.columns.get_loc("panel_stimulus_ids")
    first_main = int((trials["trial_kind"] == "main").to_numpy().argmax())
    trials.iloc[first_main, place] = "c" * 32 + "|" + "a" * 32  # type: ignore[index]

    results = results_of(tmp_path, tables, exclusions=())

    # Every main trial of that person asks about image a.
    assert results["design_audit"]["n_query_in_panel"] == 20


def test_the_multiverse_holds_every_subset_and_the_studys_own(
    results: dict[str, Any],
) -> None:
    """4.18"""
    rows = [r for r in results["multiverse"]["rows"] if r["second"] == "natural"]

    assert len({tuple(row["rules"]) for row in rows}) == 2**4
    own = [row for row in rows if row["is_own"]]
    estimate = one(
        results, id="difference/accentuation-natural/two_way_cluster_robust_t"
    )
    assert [row["value"] for row in own] == pytest.approx([estimate["value"]])
    assert own[0]["interval"]["low"] == pytest.approx(estimate["interval"]["low"])


def test_people_whom_only_one_rule_leaves_out_return_without_it(tmp_path: Path) -> None:
    """4.18"""
    tables = edge_tables()
    tables["participants"].loc[:2, "instructions_ms"] = 5.0
    rules = ({"name": "instructions_too_fast"}, {"name": "did_not_finish"})

    rows = results_of(tmp_path, tables, exclusions=rules)["multiverse"]["rows"]

    with_rule = {
        "instructions_too_fast" in row["rules"]: row["n_participants"] for row in rows
    }
    assert with_rule == {True: 3, False: 6}


def test_sensitivity_grows_with_planted_accuracy(results: dict[str, Any]) -> None:
    """4.9"""
    pooled = {
        row["condition"]: row["pooled"]
        for row in results["detection"]
        if row["quantity"] == "d_prime"
    }
    assert pooled["accentuation"] > pooled["seed_only"] > 0


def test_planted_insight_is_found(results: dict[str, Any]) -> None:
    """4.10: right answers were given with more confidence."""
    everything = results["insight"]["auroc2"][0]

    assert everything["condition"] == "all"
    assert everything["interval"]["low"] > 0.5
    assert results["insight"]["meta_d"]["m_ratio"] is None
    assert results["insight"]["meta_d"]["n_participants_enough"] == 0


def test_meta_d_is_estimated_from_200_trials_on(tmp_path: Path) -> None:
    """4.10"""
    study = SyntheticStudy(n_participants=3, n_features=200, accuracy=LOPSIDED)

    meta = results_of(tmp_path, draw_tables(study))["insight"]["meta_d"]

    assert meta["n_participants_enough"] == 3
    assert meta["m_ratio"]["value"] > 0


def test_a_slow_condition_takes_longer_by_its_ratio(tmp_path: Path) -> None:
    """4.11"""
    tables = draw_tables(SyntheticStudy(accuracy=LOPSIDED, n_participants=30))
    slow = (tables["responses"]["condition"] == "seed_only").to_numpy()
    times = tables["responses"]["rt_ms"].to_numpy()
    tables["responses"]["rt_ms"] = np.where(slow, 1.5 * times, times)

    timing = results_of(tmp_path, tables)["timing"]

    for (ratio,) in (timing["ratios"], timing["fit"]["ratios"]):
        assert ratio["value"] == pytest.approx(1 / 1.5, abs=0.06)
        assert ratio["interval"]["low"] < 1 / 1.5 < ratio["interval"]["high"]
        assert ratio["interval"]["generalizes_to"] == "both"


def test_feature_scores_are_shrunken_and_tested(results: dict[str, Any]) -> None:
    """4.6, 4.12"""
    scores = [
        row
        for row in results["feature_scores"]["scores"]
        if row["condition"] == "accentuation"
    ]
    raw = [row["accuracy"] for row in scores]
    shrunken = [row["shrunken"] for row in scores]

    assert len(scores) == 20
    assert np.ptp(shrunken) < np.ptp(raw)
    tests = results["against_chance"]["features"]
    for row in tests:
        adjusted = row["p_benjamini_hochberg"], row["p_benjamini_yekutieli"]
        assert row["p"] <= adjusted[0] <= adjusted[1]
    above = [
        row["feature_id"]
        for row in tests
        if row["condition"] == "accentuation"
        and row["accuracy"] > 0.5
        and row["p_benjamini_hochberg"] < 0.05
    ]
    assert results["against_chance"]["conditions"][0] == {
        "condition": "accentuation",
        "n_features": 20,
        "n_above_chance": len(above),
    }
    assert {r["second"] for r in results["feature_scores"]["correlations"]} == {
        "feature_visualization",
        "natural",
        "seed_only",
    }


def test_reliability_has_a_ceiling_or_a_reason(results: dict[str, Any]) -> None:
    """4.13"""
    for row in results["reliability"]["conditions"]:
        if row["ceiling"] is not None:
            assert row["ceiling"] ** 2 == pytest.approx(row["reliability"])
    assert results["reliability"]["repeats"]["n_pairs"] == 0


def test_a_repeated_trial_is_matched_with_its_first(tmp_path: Path) -> None:
    """4.13"""
    tables = edge_tables()
    trials, responses = tables["trials"], tables["responses"]
    is_again = (trials["trial_index"] == 2).to_numpy()
    again = trials.loc[is_again].assign(
        trial_id=[f"again-{i}" for i in range(6)], trial_kind="repeat", trial_index=99
    )
    answers = responses.loc[is_again].assign(
        trial_id=again["trial_id"].to_numpy(),
        response_id=[f"ra-{i}" for i in range(6)],
        trial_kind="repeat",
        trial_index=99,
    )
    tables["trials"] = type(trials)(
        np.concatenate([trials, again]), columns=trials.columns
    )
    tables["responses"] = type(responses)(
        np.concatenate([responses, answers]), columns=responses.columns
    )

    repeats = results_of(tmp_path, tables, exclusions=())["reliability"]["repeats"]

    assert repeats == {"n_pairs": 6, "agreement": 1.0}


def test_people_who_err_alike_are_consistent(tmp_path: Path) -> None:
    """4.14"""
    tables = draw_tables(
        SyntheticStudy(accuracy={"natural": 0.7}, n_participants=8, strata=("near",))
    )
    responses = tables["responses"]
    number = responses["feature_id"].str.removeprefix("logit:").astype(int)
    is_right = (number % 3 > 0) | (responses["trial_kind"] != "main")
    other = np.where(responses["correct_option"] == "left", "right", "left")
    responses["is_correct"] = is_right
    responses["choice"] = np.where(is_right, responses["correct_option"], other)

    (row,) = results_of(tmp_path, tables)["error_consistency"]["conditions"]

    assert row["value"] == pytest.approx(1)
    assert row["n_pairs"] == 8 * 7 / 2


@pytest.mark.parametrize(
    ("feature_id", "layer"),
    [("mixed4a:12", "mixed4a"), ("layer3|1|27", "layer3"), ("alone", "alone")],
)
def test_a_features_layer_stands_before_its_channel(
    feature_id: str, layer: str
) -> None:
    assert layer_of(feature_id) == layer


def test_an_easy_layer_has_the_higher_accuracy(tmp_path: Path) -> None:
    """4.16"""
    tables = draw_tables(SyntheticStudy(accuracy={"accentuation": 0.6}))
    for name in ("trials", "responses"):
        table = tables[name]
        is_easy = table["feature_id"].isin([f"logit:{k}" for k in range(10)])
        table.loc[is_easy, "feature_id"] = "easy" + table["feature_id"].str[5:]
        if name == "responses":
            table.loc[is_easy, "choice"] = table["correct_option"]
            table.loc[is_easy, "is_correct"] = True

    rows = results_of(tmp_path, tables)["moderators"]["layers"]

    found = {row["layer"]: row for row in rows}
    assert found["easy"]["value"] == 1
    assert found["logit"]["interval"]["low"] < 0.6 < found["logit"]["interval"]["high"]
    assert found["logit"]["n_features"] == 10


def test_fatigue_shows_as_a_trend(tmp_path: Path) -> None:
    """4.16"""
    tables = draw_tables(SyntheticStudy(accuracy={"natural": 0.999999}))
    responses = tables["responses"]
    is_late = (responses["trial_index"] > 15) & (responses["trial_kind"] == "main")
    is_wrong = is_late & (np.random.default_rng(0).random(len(responses)) < 0.5)
    other = np.where(responses["correct_option"] == "left", "right", "left")
    responses["choice"] = np.where(is_wrong, other, responses["correct_option"])
    responses["is_correct"] = ~is_wrong

    everything = results_of(tmp_path, tables, exclusions=())["moderators"]["trend"][0]

    assert everything["condition"] == "all"
    assert everything["early"] == 1
    assert everything["value"] < -0.2
    assert everything["interval"]["high"] < 0


def test_pay_is_for_the_observed_time_of_everyone(tmp_path: Path) -> None:
    """4.20: sessions take 15 minutes, whoever is left out."""
    header = {
        "definition": {
            "exclusions": [{"name": "catch", "min_correct": 99}],
            "recruitment": {"reward": 3.0, "currency": "EUR"},
        }
    }

    people = results_of(tmp_path, edge_tables(), header=header)["people"]

    assert people["pay"]["per_hour"] == pytest.approx(12.0)
    assert people["minutes"] == []
