"""Several exports of one study make one report."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.cli import main
from analysis.errors import ExportFormatError
from analysis.load import load_export
from analysis.several_exports import load_exports, sha256_of_exports
from tests.analysis.quick import read_results
from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import Tables, write_zip

STUDY = SyntheticStudy(n_participants=8, n_features=8)


def halves(tables: Tables) -> tuple[Tables, Tables]:
    """The people of a study in two waves."""
    is_first = {name: table["session_id"] < "s00004" for name, table in tables.items()}
    first = {name: table.loc[is_first[name]] for name, table in tables.items()}
    return first, {name: table.loc[~is_first[name]] for name, table in tables.items()}


@pytest.fixture
def waves(tmp_path: Path) -> list[Path]:
    parts = halves(draw_tables(STUDY))
    return [write_zip(tmp_path / f"{k}.zip", part) for k, part in enumerate(parts)]


def test_two_waves_are_read_as_the_study_they_are(
    tmp_path: Path, waves: list[Path]
) -> None:
    whole = load_export(write_zip(tmp_path / "whole.zip", draw_tables(STUDY)))

    joined, turned = load_exports(waves), load_exports(waves[::-1])

    pd.testing.assert_frame_equal(joined.trials, whole.trials)
    pd.testing.assert_frame_equal(joined.participants, whole.participants)
    assert joined.header["n_rows"] == whole.header["n_rows"]
    assert joined.sha256 == turned.sha256 == sha256_of_exports(waves)


def test_one_export_is_itself(export_path: Path) -> None:
    assert load_exports([export_path]).sha256 == load_export(export_path).sha256


def test_a_session_in_two_exports_is_refused(waves: list[Path], tmp_path: Path) -> None:
    whole = write_zip(tmp_path / "whole.zip", draw_tables(STUDY))

    with pytest.raises(ExportFormatError, match=r"'s00000' and 3 others stand in more"):
        load_exports([waves[0], whole])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"header": {"study_id": "other"}}, "study_id is"),
        ({"exclusions": ()}, "exclusions is"),
    ],
)
def test_exports_of_different_studies_are_refused(
    waves: list[Path], tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    second = halves(draw_tables(STUDY))[1]
    other = write_zip(tmp_path / "other.zip", second, **changes)  # type: ignore[arg-type]

    with pytest.raises(ExportFormatError, match=said):
        load_exports([waves[0], other])


def test_the_command_takes_several_exports(tmp_path: Path, waves: list[Path]) -> None:
    out = tmp_path / "report"
    arguments = ["report", *map(str, waves), "--out", str(out)]

    assert main([*arguments, "--figure-formats", "svg"]) == 0

    results = read_results(out)
    assert results["flow"]["n_assigned"] == 8
    assert results["provenance"]["command"].startswith(
        "study-analysis report EXPORT.zip EXPORT.zip --out DIR"
    )
