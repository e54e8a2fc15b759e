"""Foils that help, or do not, and what the first paragraph says of them."""

from pathlib import Path
from typing import Any

import pytest

from analysis.config import ReportConfig
from analysis.load import load_export
from analysis.provenance import describe_inputs
from analysis.results import analyse
from tests.analysis.quick import QUICK, analysed, page_of
from tests.analysis.synthetic import SyntheticStudy, write_export

FOIL = "accentuation_random_feature"


def study_of(path: Path, **accuracy: float) -> dict[str, Any]:
    study = SyntheticStudy(accuracy=accuracy, n_participants=150, exclusions=())
    return analysed(write_export(path, study)).results


@pytest.mark.parametrize(("accuracy", "is_equivalent"), [(0.6, True), (0.75, False)])
def test_only_a_foil_that_does_not_help_is_called_equivalent(
    tmp_path: Path, accuracy: float, is_equivalent: bool
) -> None:
    """11.16"""
    results = study_of(tmp_path / "e.zip", **{FOIL: accuracy, "none": 0.6})

    (row,) = results["foils"]

    assert (row["condition"], row["base_rate"]) == (FOIL, "none")
    assert row["is_equivalent"] is is_equivalent
    assert row["interval"]["generalizes_to"] == "both"
    assert row["interval"]["level"] == pytest.approx(0.9)
    assert row["interval"]["low"] < accuracy - 0.6 < row["interval"]["high"]


def test_without_a_base_rate_nothing_is_called_equivalent(tmp_path: Path) -> None:
    results = study_of(tmp_path / "e.zip", **{FOIL: 0.6, "natural": 0.8})

    (row,) = results["foils"]

    assert not row["is_equivalent"]
    assert row["reason"].startswith("No base rate")


def test_the_first_paragraph_names_a_foil_that_fails(tmp_path: Path) -> None:
    """11.16"""
    conditions = {"accentuation": 0.8, "seed_only": 0.6, FOIL: 0.8, "none": 0.6}
    study = SyntheticStudy(accuracy=conditions, n_participants=16, n_features=8)
    path = write_export(tmp_path / "e.zip", study)
    inputs = describe_inputs(ReportConfig(export_path=path, out_dir=tmp_path))

    page = page_of(analyse(load_export(path), QUICK, provenance=inputs).results)

    first = page[: page.index("</ul>")]
    assert "accentuation of a random feature” is not shown to be equivalent" in first
    assert "to “no panel”" in first
