"""The report of a rating study recovers what was planted and says what it cannot."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.cli import main
from analysis.errors import AnalysisError, ExportFormatError
from analysis.load import load_export
from analysis.ratings.results import analyse_ratings
from analysis.results import analyse
from tests.analysis.quick import QUICK
from tests.analysis.ratings.synthetic import draw_rating_tables, write_ratings
from tests.analysis.synthetic_zip import Tables


@pytest.fixture(scope="module")
def export_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ratings")
    return write_ratings(folder / "export.zip", draw_rating_tables())


@pytest.fixture(scope="module")
def results(export_path: Path) -> dict[str, Any]:
    return analyse_ratings(load_export(export_path), QUICK, provenance={}).results


def robust(results: dict[str, Any], quantity: str) -> dict[str, dict[str, Any]]:
    return {
        row["condition"] or row["contrast"][1]: row
        for row in results["estimates"]
        if row["quantity"] == quantity and row["method"] == "two_way_cluster_robust_t"
    }


def refusal(path: Path) -> str:
    with pytest.raises(ExportFormatError) as caught:
        analyse_ratings(load_export(path), QUICK, provenance={})
    return str(caught.value)


def test_agreement_rises_with_the_planted_slope(results: dict[str, Any]) -> None:
    found = robust(results, "agreement")
    values = [found[name]["value"] for name in ("accentuation", "natural", "seed_only")]
    assert values == sorted(values, reverse=True)
    none = found["seed_only"]["interval"]
    assert none["low"] < 0 < none["high"]
    assert none["generalizes_to"] == "both"


def test_a_planted_difference_is_shown_and_holm_adjusted(
    results: dict[str, Any],
) -> None:
    found = robust(results, "agreement_difference")
    row = found["seed_only"]
    assert row["interval"]["low"] > 0
    assert row["p"] <= row["p_adjusted"] < 0.05


def test_every_number_of_a_constant_rater_is_undefined_not_zero(
    tmp_path: Path,
) -> None:
    tables = draw_rating_tables()
    tables["responses"] = tables["responses"].assign(rating=50)
    path = write_ratings(tmp_path / "export.zip", tables)
    found = analyse_ratings(load_export(path), QUICK, provenance={}).results
    assert found["estimates"] == []
    assert found["analysed"]["n_undefined"] == found["analysed"]["n_blocks"] > 0


def test_the_command_writes_the_same_bytes_twice_and_its_page_says_the_numbers(
    export_path: Path, tmp_path: Path, results: dict[str, Any]
) -> None:
    for name in ("one", "two"):
        command = ["report", str(export_path), "--out", str(tmp_path / name)]
        assert main([*command, "--figure-formats", "svg,png"]) == 0
    files = sorted(
        p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*")
    )
    for file in files:
        if (tmp_path / "one" / file).is_file():
            one, two = (
                (tmp_path / name / file).read_bytes() for name in ("one", "two")
            )
            assert one == two, file
    page = (tmp_path / "one/report.html").read_text()
    value = robust(results, "agreement")["accentuation"]["value"]
    assert f"τ-b {value:.2f}" in page
    assert {"figures/agreement.svg", "tables/agreement_by_block.csv"} <= set(
        map(str, files)
    )


def test_the_page_is_filled_from_the_results_alone(
    export_path: Path, tmp_path: Path
) -> None:
    from analysis.page import find_estimates, render

    main(["report", str(export_path), "--out", str(tmp_path / "r")])
    results = json.loads((tmp_path / "r/results.json").read_text())
    robust(results, "agreement")["natural"]["value"] = -0.77
    page = render(
        "ratings.html",
        results=results,
        drawings={"agreement": b"", "ratings": b""},
        find=lambda **wanted: find_estimates(results, **wanted),
    )
    assert "τ-b −0.77" in page


@pytest.mark.parametrize("n_participants", [1, 2])
def test_few_people_have_a_report_that_says_what_cannot_be_said(
    tmp_path: Path, n_participants: int
) -> None:
    tables = draw_rating_tables(n_participants=n_participants)
    path = write_ratings(tmp_path / "export.zip", tables)
    assert main(["report", str(path), "--out", str(tmp_path / "r")]) == 0
    page = (tmp_path / "r/report.html").read_text()
    if n_participants == 1:
        assert "nothing to generalize from" in page


def test_a_study_without_ratings_has_a_report(tmp_path: Path) -> None:
    tables = draw_rating_tables()
    tables["responses"] = tables["responses"].iloc[:0]
    path = write_ratings(tmp_path / "export.zip", tables)
    assert main(["report", str(path), "--out", str(tmp_path / "r")]) == 0
    assert "No rating is left" in (tmp_path / "r/report.html").read_text()


def test_two_rating_studies_are_compared_in_units_of_tau(
    export_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_ratings(tmp_path / "b.zip", draw_rating_tables(rng_seed=1))
    for name, path in (("a", export_path), ("b", other)):
        main(["report", str(path), "--out", str(tmp_path / name)])
    capsys.readouterr()
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    first, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("feature accentuation: 0.")
    assert "points" not in first


def test_photographs_that_nobody_describes_are_named(tmp_path: Path) -> None:
    tables = draw_rating_tables()
    tables["stimuli"] = tables["stimuli"].iloc[1:]
    said = refusal(write_ratings(tmp_path / "a.zip", tables))
    assert "stimuli.csv lacks 'photo-0-0'" in said
    del tables["stimuli"]
    said = refusal(write_ratings(tmp_path / "b.zip", tables))
    assert "stimuli.csv is missing" in said
    assert "export again" in said


def test_a_rating_that_is_missing_is_damage(tmp_path: Path) -> None:
    tables: Tables = draw_rating_tables()
    ratings = tables["responses"]["rating"].astype("Int64")
    ratings.iloc[4] = None
    tables["responses"]["rating"] = ratings
    path = write_ratings(tmp_path / "e.zip", tables)
    assert "responses, column rating: empty in data row 5" in refusal(path)


def test_ratings_are_never_taken_for_choices(export_path: Path) -> None:
    with pytest.raises(AnalysisError, match="ratings, which are never right or wrong"):
        analyse(load_export(export_path), QUICK, provenance={})


def test_planted_accuracies_of_a_rating_study_are_refused(
    export_path: Path,
    planted_path: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["report", str(export_path), "--planted", str(planted_path)]
    assert main([*command, "--out", str(tmp_path / "r")]) == 1
    assert "ratings have none" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


def test_a_blind_look_at_a_rating_study_says_why_it_has_no_precision(
    export_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["interim", str(export_path), "--out", str(tmp_path / "i")]) == 0
    assert "none for ratings" in capsys.readouterr().out
