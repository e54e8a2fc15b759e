import json
import math
from pathlib import Path
from typing import Any

import pytest

from analysis.cli import main
from analysis.comparison import compare, only_in, read_results
from analysis.errors import ExportFormatError
from analysis.latex import escaped, latex_tables
from analysis.results import Analysis
from tests.analysis.quick import analysed
from tests.analysis.synthetic import SyntheticStudy, write_export


@pytest.fixture(scope="module")
def first(typical: Analysis) -> dict[str, Any]:
    return typical.results


@pytest.fixture(scope="module")
def replication(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("replication") / "e.zip"
    planted = {"accentuation": 0.85, "seed_only": 0.65}
    return analysed(
        write_export(path, SyntheticStudy(accuracy=planted, rng_seed=5))
    ).results


def test_a_study_compared_with_itself_does_not_differ(first: dict[str, Any]) -> None:
    rows = compare(first, first)

    assert rows
    assert all(row["difference"] == 0 for row in rows)
    assert all(row["first_holds_second"] for row in rows if row["interval"])


def test_the_interval_of_a_difference_adds_both_variances(
    first: dict[str, Any],
) -> None:
    row = next(r for r in compare(first, first) if r["contrast"])

    own = row["first"]["interval"]
    half = (own["high"] - own["low"]) / 2
    # Equal variances: sqrt(2) wider, but for t with twice the degrees of freedom.
    assert row["interval"]["high"] == pytest.approx(math.sqrt(2) * half, rel=0.05)


def test_turning_the_studies_turns_the_sign(
    first: dict[str, Any], replication: dict[str, Any]
) -> None:
    there, back = compare(first, replication), compare(replication, first)

    assert [r["difference"] for r in there] == [-r["difference"] for r in back]
    assert [r["p"] for r in there] == pytest.approx([r["p"] for r in back])


def test_what_only_one_study_has_is_named(
    first: dict[str, Any], replication: dict[str, Any]
) -> None:
    assert "accuracy/natural/two_way_cluster_robust_t" in only_in(first, replication)
    assert only_in(replication, first) == []


def test_the_command_prints_both_values(
    tmp_path: Path,
    first: dict[str, Any],
    replication: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, results in (("a", first), ("b", replication)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "results.json").write_text(json.dumps(results))
    folders = [str(tmp_path / name) for name in ("a", "b")]

    assert main(["compare", *folders]) == 0
    said = capsys.readouterr().out
    assert main(["compare", *folders, "--json"]) == 0

    assert "feature accentuation − seed images only: " in said
    assert "Only in A: " in said
    assert json.loads(capsys.readouterr().out)["rows"]


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportFormatError, match="Give folders made by"):
        read_results(tmp_path)


def test_latex_tables_hold_the_numbers_of_the_results(first: dict[str, Any]) -> None:
    tables = latex_tables(first)

    value = next(
        e["value"]
        for e in first["estimates"]
        if e["id"] == "accuracy/natural/two_way_cluster_robust_t"
    )
    assert f"natural exemplars & 200 & ${100 * value:.1f}$" in tables["accuracy"]
    assert tables["contrasts"].count(r"\\") == 4
    assert "failed the catch trials" in tables["exclusions"]
    assert escaped("50 % of a_b & c") == r"50 \% of a\_b \& c"
