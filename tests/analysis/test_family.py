"""Which conditions are compared is decided by the plan, never by the answers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.config import ReportConfig
from analysis.crossed import CrossedCounts
from analysis.family import CONTRASTS, choose_family
from analysis.load import load_export
from analysis.preregistration import Preregistration
from analysis.provenance import describe_inputs
from analysis.results import analyse
from tests.analysis.quick import QUICK, analysed, page_of
from tests.analysis.synthetic import SyntheticStudy, draw_tables, write_export
from tests.analysis.synthetic_zip import write_zip

WITHOUT = SyntheticStudy(
    accuracy={"natural": 0.9, "feature_visualization": 0.7, "none": 0.55},
    n_participants=15,
    n_features=12,
)


def counts(conditions: tuple[str, ...], n_answers: tuple[int, ...]) -> CrossedCounts:
    asked = np.array(n_answers, dtype=float)[:, None, None] * np.ones((1, 2, 2))
    return CrossedCounts(
        conditions=conditions,
        participant_ids=("p1", "p2"),
        feature_ids=("f1", "f2"),
        n_correct=asked / 2,
        n_responses=asked,
    )


def test_accentuation_is_compared_with_the_four_others() -> None:
    family = choose_family(["none", "natural", "accentuation", "seed_only"])
    assert (family.reference, family.others) == ("accentuation", CONTRASTS)


def test_without_accentuation_natural_exemplars_are_the_reference() -> None:
    family = choose_family(
        ["none", "natural", "feature_visualization", "accentuation_random_feature"]
    )
    assert family.reference == "natural"
    assert family.others == ("feature_visualization",)
    assert family.source == "baseline"


def test_conditions_of_other_programs_are_compared_with_the_first_by_name() -> None:
    family = choose_family(["sketch", "caption", "none"])
    assert (family.reference, family.others) == ("caption", ("sketch",))


def test_a_preregistration_decides_whatever_is_shown() -> None:
    plan = Preregistration(reference="seed_only", contrasts=("natural",))
    family = choose_family(["accentuation", "natural", "seed_only"], plan)
    assert (family.reference, family.others) == ("seed_only", ("natural",))


def test_what_a_preregistration_does_not_name_stands_beside_the_family() -> None:
    plan = Preregistration(contrasts=("seed_only",))
    family = choose_family(["accentuation", "natural", "none", "seed_only"], plan)
    assert family.others == ("seed_only",)
    assert family.beside == ("natural",)


def test_a_contrast_needs_answers_in_both_conditions() -> None:
    family = choose_family(["accentuation", "natural", "seed_only"])
    names = ("accentuation", "natural", "seed_only")
    assert family.among(counts(names, (1, 0, 2))) == [("accentuation", "seed_only")]
    assert family.among(counts(names, (0, 1, 2))) == []


def with_inputs(results: dict[str, Any]) -> dict[str, Any]:
    """The results as a page needs them, with what they were made from."""
    config = ReportConfig(export_path=Path(__file__), out_dir=Path("r"))
    return {**results, "provenance": describe_inputs(config)}


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("without")
    return analysed(write_export(folder / "e.zip", WITHOUT)).results


def test_a_study_without_accentuations_has_every_analysis_of_its_contrast(
    without: dict[str, Any],
) -> None:
    pair = ("natural", "feature_visualization")
    tested = [e for e in without["estimates"] if e["quantity"] == "difference"]
    assert {tuple(e["contrast"]) for e in tested} == {pair}
    assert without["primary"]["fit"]["status"] in ("ok", "boundary")
    for rows in (
        without["primary"]["contrasts"],
        without["robustness"],
        without["timing"]["ratios"],
        without["multiverse"]["rows"],
    ):
        assert {(row["first"], row["second"]) for row in rows} == {pair}
    correlations = without["feature_scores"]["correlations"]
    assert {row["first"] for row in correlations} == {"natural"}


def test_its_page_says_what_is_compared_and_why(without: dict[str, Any]) -> None:
    page = page_of(with_inputs(without))
    assert "every other condition with a panel is compared with natural" in page
    assert "No contrast can be formed" not in page
    assert "tests share one error rate" not in page  # there is only one


def test_a_study_of_one_condition_says_that_there_is_nothing_to_compare(
    tmp_path: Path,
) -> None:
    study = SyntheticStudy(accuracy={"natural": 0.8}, n_participants=8, n_features=6)
    results = analysed(write_export(tmp_path / "e.zip", study)).results
    assert "No contrast can be formed" in page_of(with_inputs(results))


def test_a_preregistered_reference_is_the_one_that_is_tested(
    export_path: Path,
) -> None:
    plan = Preregistration(
        reference="natural", contrasts=("seed_only",), model="two_way_robust"
    )
    results = analyse(
        load_export(export_path), QUICK, provenance={}, preregistration=plan
    ).results
    tested = {
        e["contrast"][1]: e
        for e in results["estimates"]
        if e["quantity"] == "difference" and e["family"]
    }
    assert {e["contrast"][0] for e in tested.values()} == {"natural"}
    planned = tested.pop("seed_only")
    assert planned["is_confirmatory"]
    assert planned["p_adjusted"] == planned["p"]  # the only one of its family
    assert set(tested) == {"accentuation", "feature_visualization"}
    assert not any(e["is_confirmatory"] for e in tested.values())
    assert {e["family"] for e in tested.values()} == {"contrasts_beside"}


@pytest.mark.parametrize("task", ["occlusion", "manipulation_check"])
def test_the_page_describes_the_task_that_was_asked(tmp_path: Path, task: str) -> None:
    tables = draw_tables(SyntheticStudy(n_participants=6, n_features=8))
    definition = {"design": {"task": task}, "exclusions": []}
    path = write_zip(tmp_path / "e.zip", tables, header={"definition": definition})
    page = page_of(with_inputs(analysed(path).results))
    assert "one of two natural images drives" not in page
    assert ("covered by a square" in page) == (task == "occlusion")


def test_panels_that_nobody_named_are_not_said_to_be_sound(tmp_path: Path) -> None:
    tables = draw_tables(SyntheticStudy(n_participants=6, n_features=8))
    tables["trials"]["panel_stimulus_ids"] = None
    results = analysed(write_zip(tmp_path / "e.zip", tables)).results
    assert results["design_audit"]["n_query_in_panel"] is None
    assert "is not known" in page_of(with_inputs(results))
    assert json.dumps(results["warnings"])


def test_people_without_common_pairs_are_compared_on_features(tmp_path: Path) -> None:
    tables = draw_tables(SyntheticStudy(n_participants=8, n_features=24))
    for name in ("trials", "responses"):
        table = tables[name]
        own = table["participant_id"] + table["query_pair_id"]
        tables[name] = table.assign(query_pair_id=own)
    found = analysed(write_zip(tmp_path / "e.zip", tables)).results
    rows = found["error_consistency"]["conditions"]
    assert {row["over"] for row in rows} == {"features"}
    assert all(row["n_pairs"] > 0 for row in rows)
    assert "on the same features" in page_of(with_inputs(found))


def test_kinds_of_pairs_of_other_studies_are_not_explained_as_ours(
    tmp_path: Path,
) -> None:
    study = SyntheticStudy(n_participants=6, n_features=8, strata=("Max-1", "Max-9"))
    page = page_of(with_inputs(analysed(write_export(tmp_path / "e", study)).results))
    assert "Max-9" in page
    assert "share its class" not in page


def test_nothing_is_said_of_sides_that_nobody_knows(tmp_path: Path) -> None:
    tables = draw_tables(SyntheticStudy(n_participants=8, n_features=8))
    path = write_zip(tmp_path / "e.zip", tables, header={"option_names": None})
    results = analysed(path).results
    assert results["detection"] == []
    assert results["attention"] == []
    audit = results["design_audit"]["conditions"]
    assert {row["share_left_correct"] for row in audit} == {None}
    page = page_of(with_inputs(results))
    assert "nothing is said of sides" in page
    assert "Sensitivity and side bias" not in page


def test_options_are_called_what_they_were_to_people(tmp_path: Path) -> None:
    tables = draw_tables(SyntheticStudy(n_participants=8, n_features=8))
    names = {"option_names": ["upper", "lower"]}
    path = write_zip(tmp_path / "e.zip", tables, header=names)
    page = page_of(with_inputs(analysed(path).results))
    assert "Chose upper" in page
    assert "below 0: left" not in page


def test_only_conditions_that_one_person_meets_are_expected_to_follow_each_other(
    tmp_path: Path,
) -> None:
    tables = draw_tables(SyntheticStudy(n_participants=8, n_features=8))
    for name in ("trials", "responses"):
        table = tables[name]
        is_last = table["participant_id"] == "p00007"
        block = table["block_index"].where(~is_last, table["trial_index"])
        condition = table["condition"].where(~is_last, "none")
        tables[name] = table.assign(block_index=block, condition=condition)
    audit = analysed(write_zip(tmp_path / "e.zip", tables)).results["design_audit"]
    assert audit["n_possible_neighbours"] == 4 * 3
    assert all(row["first"] != row["second"] for row in audit["neighbours"])


def test_nothing_of_a_fit_that_failed_is_printed(tmp_path: Path) -> None:
    tables = draw_tables(SyntheticStudy(n_participants=10, n_features=8))
    responses = tables["responses"]
    choice = responses["correct_option"]
    tables["responses"] = responses.assign(choice=choice, is_correct=True)
    results = analysed(write_zip(tmp_path / "e.zip", tables)).results
    fit = results["primary"]["fit"]
    assert fit["status"] not in ("ok", "boundary")
    numbers = [*fit["coefficients"].values(), *fit["standard_deviations"].values()]
    assert {number["value"] for number in numbers} == {None}
    assert fit["aic"] is None
    assert "Standard deviations on the log-odds scale" not in page_of(
        with_inputs(results)
    )
