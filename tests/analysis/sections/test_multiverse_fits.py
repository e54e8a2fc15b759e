"""The primary fit with rules left out (5.4)."""

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.load import load_export
from analysis.results import analyse
from tests.analysis.quick import QUICK
from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import write_zip

RULES = ({"name": "instructions_too_fast"}, {"name": "did_not_finish"})


def test_the_primary_fit_is_repeated_without_each_rule_and_without_all(
    tmp_path: Path,
) -> None:
    """5.4"""
    accuracy = {"accentuation": 0.8, "seed_only": 0.6}
    tables = draw_tables(SyntheticStudy(accuracy=accuracy, n_participants=20))
    tables["participants"].loc[:4, "instructions_ms"] = 5.0
    path = write_zip(tmp_path / "e.zip", tables, exclusions=RULES)
    config = replace(QUICK, multiverse_fits_up_to=1_000)

    results = analyse(load_export(path), config, provenance={}).results

    fits = {tuple(row["left_out"]): row for row in results["multiverse"]["fits"]}
    too_fast, unfinished = "instructions_too_fast", "did_not_finish"
    n_responses = {left_out: row["n_responses"] for left_out, row in fits.items()}
    assert n_responses == {
        (): 15 * 20,
        (too_fast, unfinished): 20 * 20,
        (too_fast,): 20 * 20,
        (unfinished,): 15 * 20,
    }
    (own,) = results["primary"]["contrasts"][:1]
    assert fits[()]["log_odds"] == pytest.approx(own["log_odds"])
    assert fits[()]["low"] < fits[()]["log_odds"] < fits[()]["high"]


def test_answers_that_the_fit_leaves_out_are_not_counted(tmp_path: Path) -> None:
    """Without a panel: such trials are the base rate, and no part of the fit."""
    accuracy = {"accentuation": 0.8, "seed_only": 0.6, "none": 0.5}
    tables = draw_tables(SyntheticStudy(accuracy=accuracy, n_participants=20))
    path = write_zip(tmp_path / "e.zip", tables, exclusions=RULES)
    config = replace(QUICK, multiverse_fits_up_to=1_000)

    results = analyse(load_export(path), config, provenance={}).results

    counted = {row["n_responses"] for row in results["multiverse"]["fits"]}
    assert counted == {results["primary"]["fit"]["n_responses"]}
    assert max(counted) < results["analysed"]["n_responses"]


def test_a_large_study_is_not_fitted_many_times(tmp_path: Path) -> None:
    tables = draw_tables(SyntheticStudy(n_participants=6, n_features=8))
    path = write_zip(tmp_path / "e.zip", tables, exclusions=RULES)

    results = analyse(load_export(path), QUICK, provenance={}).results

    assert results["multiverse"]["fits"] == []
