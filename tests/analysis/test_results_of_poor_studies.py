"""Results of studies with too few people, features or answers."""

from pathlib import Path
from typing import Any

import pytest

from tests.analysis.quick import PLANTED, analysed, edge_tables, one
from tests.analysis.synthetic import SyntheticStudy, write_export
from tests.analysis.synthetic_zip import write_zip

ONE_FEATURE: dict[str, Any] = {
    "accuracy": {"natural": 0.7},
    "n_features": 1,
    "n_participants": 30,
    "exclusions": (),
}


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
