"""Power and precision (8; acceptance 12)."""

import json
import math
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from analysis.cli import main
from analysis.confirmatory import ConfirmatoryPlan, analyse_confirmatory, fit_facts
from analysis.errors import ConfigError
from analysis.mixed.fit import FitConfig
from analysis.power.components import StudyPlan, VarianceComponents, simulate_responses
from analysis.power.error_rates import NAIVE, run_once, summarize
from analysis.power.pilot import pilot_of, read_pilot
from analysis.power.precision import (
    analytic_power,
    cheapest_plan,
    endless_participants,
    plans_around,
    precision,
)

DEFAULT = VarianceComponents()
ANCHOR = StudyPlan(n_participants=60, n_features=40)


def test_table_c_is_reproduced(shared_data: Path) -> None:
    content = json.loads((shared_data / "reference_cases.json").read_text())
    group = content["groups"]["power"]

    for case in group["cases"]:
        given, expected = case["inputs"], case["expected"]
        if given["n_participants"] is None:
            found = endless_participants(given["n_features"], DEFAULT)
        else:
            n, k = given["n_participants"], given["n_conditions"]
            # trials may be a fraction of the features: read off the responses
            share = given["n_responses_per_condition"] * k / (n * given["n_features"])
            plan = StudyPlan(
                n_participants=n,
                n_features=given["n_features"],
                n_conditions=k,
                stratum_share=share,
            )
            found = precision(plan, DEFAULT)
        assert [
            found.standard_error,
            found.detectable_log_odds,
            found.detectable_difference,
        ] == pytest.approx(list(expected.values()), abs=group["absolute_tolerance"])


def test_the_anchor_has_eighty_per_cent_power() -> None:
    found = precision(ANCHOR, DEFAULT)

    assert 100 * found.detectable_difference == pytest.approx(9.6, abs=0.05)
    assert analytic_power(found.standard_error, 0.522) == pytest.approx(0.80, abs=0.01)
    assert analytic_power(found.standard_error, 0.0) == pytest.approx(0.05)


def test_features_are_the_scarce_resource() -> None:
    def with_people(n: int) -> float:
        plan = StudyPlan(n_participants=n, n_features=40)
        return precision(plan, DEFAULT).share_of_features

    assert with_people(60) < with_people(240) < 1


def test_the_cheapest_plan_reaches_the_target_with_the_fewest_responses() -> None:
    plans = plans_around(ANCHOR, [60, 120, 240], [40, 80])

    plan = cheapest_plan(plans, DEFAULT, target=0.068)

    assert plan is not None
    assert (plan.n_participants, plan.n_features) == (60, 80)
    assert cheapest_plan(plans, DEFAULT, target=0.001) is None


def test_a_simulated_study_is_a_latin_square() -> None:
    rows = simulate_responses(ANCHOR, DEFAULT, np.random.default_rng(0))

    assert not rows.duplicated(["participant_id", "feature_id"]).any()
    assert set(rows.groupby(["participant_id", "condition"]).size()) == {10}
    assert set(rows.groupby(["feature_id", "condition"]).size()) == {15}


def test_what_is_planted_is_near_what_is_found_in_a_large_study() -> None:
    still = VarianceComponents(
        participant=0, feature=0, feature_condition=0, participant_condition=0
    )
    plan = StudyPlan(n_participants=400, n_features=40, n_conditions=2)
    rows = simulate_responses(plan, still, np.random.default_rng(0), effect=0.522)

    share = rows.groupby("condition")["is_correct"].mean()

    assert share["accentuation"] == pytest.approx(0.80, abs=0.02)
    assert share["other_1"] == pytest.approx(0.704, abs=0.02)


def test_a_run_holds_every_test_and_every_interval() -> None:
    """Acceptance 1 in short; `study-analysis error-rates` does it in full."""
    plan = StudyPlan(n_participants=24, n_features=12)
    runs = [
        run_once(plan, DEFAULT, np.random.default_rng(seed), effect=4.0)
        for seed in range(3)
    ]

    table = summarize(runs).set_index(["kind", "method"])

    assert table.loc[("rejected", "primary_fit"), "rate"] == 1
    assert table.loc[("rejected", "trial_chi2"), "rate"] == 1
    naive = table.index[table["is_naive"]].get_level_values("method")
    assert tuple(naive) == NAIVE
    assert ("covered", "primary_fit_log_odds") in table.index


def test_a_pilot_gives_its_components_and_their_errors(tmp_path: Path) -> None:
    plan = StudyPlan(n_participants=40, n_features=16)
    rows = simulate_responses(plan, DEFAULT, np.random.default_rng(1))
    found = analyse_confirmatory(
        rows, ConfirmatoryPlan(fit=FitConfig(second_engine_up_to=0))
    )
    facts = fit_facts(found)
    path = tmp_path / "results.json"
    text = json.dumps({"fits": [facts]}).replace("NaN", "null")
    path.write_text(text)

    pilot = read_pilot(path)

    sds = facts["standard_deviations"]
    assert pilot.components.feature == sds["feature_id"]["value"]
    assert pilot_of(facts).components == pilot.components
    worse, known = asdict(pilot.pessimistic()), asdict(pilot.components)
    assert all(worse[name] >= known[name] for name in pilot.errors)
    assert not math.isnan(pilot.errors["feature"])


def test_a_pilot_without_a_usable_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text('{"fits": [{"status": "separated"}]}')

    with pytest.raises(ConfigError, match="separated"):
        read_pilot(path)


@pytest.mark.parametrize(
    "changes", [{"n_participants": 1}, {"n_trials": 41}, {"stratum_share": 0}]
)
def test_a_plan_that_cannot_be_is_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        StudyPlan(**{"n_participants": 60, "n_features": 40, **changes})  # type: ignore[arg-type]


def test_the_command_prints_the_table_and_draws_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = ["--participants", "60", "120", "--features", "40"]

    code = main(["power", *sizes, "--out", str(tmp_path), "--target", "0.08"])

    printed = capsys.readouterr().out
    assert code == 0
    assert "9.6" in printed
    assert "n_participants=120" in printed
    assert (tmp_path / "power.csv").read_text().count("\n") == 3
    assert (tmp_path / "power.svg").read_bytes().startswith(b"<?xml")


def test_error_rates_are_printed_with_their_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs.jsonl"
    sizes = ["--participants", "12", "--features", "8", "--runs", "2"]

    code = main(["error-rates", *sizes, "--out", str(runs)])

    assert code == 0
    assert "primary_fit" in capsys.readouterr().out
    assert runs.read_text().count("\n") == 2
