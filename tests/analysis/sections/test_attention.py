"""Lapses and side bias come back as they were planted."""

from pathlib import Path
from typing import Any

import numpy as np

from tests.analysis.quick import analysed
from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import Tables, write_zip

STUDY = SyntheticStudy(
    accuracy={"accentuation": 0.9, "seed_only": 0.6},
    n_participants=60,
    n_catch=8,
    exclusions=(),
)


def answered_blindly(tables: Tables, rate: float, p_left: float) -> Tables:
    """The same answers, a share of them given by the side alone."""
    rng = np.random.default_rng(4)
    responses = tables["responses"].copy()
    blind = rng.random(len(responses)) < rate
    side = np.where(rng.random(len(responses)) < p_left, "left", "right")
    responses["choice"] = np.where(blind, side, responses["choice"])
    responses["is_correct"] = responses["choice"] == responses["correct_option"]
    return {**tables, "responses": responses}


def attention_of(path: Path, tables: Tables) -> dict[str, dict[str, Any]]:
    results = analysed(write_zip(path, tables, exclusions=())).results
    return {row["quantity"]: row for row in results["attention"]}


def test_lapses_and_side_bias_are_recovered_within_their_intervals(
    tmp_path: Path,
) -> None:
    """4.9"""
    tables = answered_blindly(draw_tables(STUDY), rate=0.2, p_left=0.9)

    found = attention_of(tmp_path / "e.zip", tables)

    lapse, bias = found["lapse_rate"], found["side_bias"]
    assert lapse["interval"]["low"] < 0.2 < lapse["interval"]["high"]
    # Of all answers 0.2 are blind, 0.9 instead of 0.5 of them to the left.
    assert bias["interval"]["low"] < 0.2 * 0.4 < bias["interval"]["high"]
    assert bias["interval"]["low"] > 0
    for row in (lapse, bias):
        assert row["interval"]["generalizes_to"] == "new_participants"


def test_people_who_look_have_neither(tmp_path: Path) -> None:
    found = attention_of(tmp_path / "e.zip", draw_tables(STUDY))

    assert found["lapse_rate"]["value"] == 0
    assert found["side_bias"]["interval"]["low"] < 0
    assert found["side_bias"]["interval"]["high"] > 0


def test_without_catch_trials_nothing_is_said_of_lapses(tmp_path: Path) -> None:
    tables = draw_tables(SyntheticStudy(n_participants=6, n_catch=0))

    found = attention_of(tmp_path / "e.zip", tables)

    assert set(found) == {"side_bias"}


def test_a_rate_near_nothing_has_an_interval_that_begins_at_nothing(
    tmp_path: Path,
) -> None:
    tables = answered_blindly(draw_tables(STUDY), rate=0.01, p_left=0.5)

    lapse = attention_of(tmp_path / "e.zip", tables)["lapse_rate"]

    assert 0 < lapse["value"] < 0.03
    assert lapse["interval"]["low"] == 0
