"""Reports of studies that answer little say what cannot be said."""

import re
from pathlib import Path

import numpy as np
import pytest

from analysis.config import ReportConfig
from analysis.report import write_report
from tests.analysis.quick import QUICK_REPORT
from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import Tables, write_zip


def empty(tables: Tables) -> Tables:
    return {name: table.iloc[:0] for name, table in tables.items()}


def unanswered(tables: Tables) -> Tables:
    return {**tables, "responses": tables["responses"].iloc[:0]}


def without_extras(tables: Tables) -> Tables:
    responses = tables["responses"]
    bare = responses.assign(rt_ms=np.nan, confidence=np.nan)
    return {**tables, "responses": bare}


def small(accuracy: dict[str, float]) -> Tables:
    return draw_tables(
        SyntheticStudy(accuracy=accuracy, n_participants=12, n_features=8)
    )


EDGES = {
    "empty": empty(draw_tables(SyntheticStudy(n_participants=2))),
    "nobody answered": unanswered(draw_tables(SyntheticStudy(n_participants=3))),
    "one participant": draw_tables(SyntheticStudy(n_participants=1)),
    "one feature": draw_tables(SyntheticStudy(n_features=1, n_participants=8)),
    "all right": small({"accentuation": 1.0, "seed_only": 1.0}),
    "all wrong": small({"accentuation": 0.0, "seed_only": 0.0}),
    "one condition, unknown name": small({"dream": 0.6}),
    "no times, no confidence": without_extras(
        draw_tables(SyntheticStudy(n_participants=4))
    ),
    "the condition called none": small({"none": 0.6}),
}


UNPLANTED = ("one condition, unknown name", "the condition called none")


@pytest.mark.parametrize("name", list(EDGES))
def test_a_poor_study_gets_a_report_that_says_what_cannot_be_said(
    tmp_path: Path, planted_path: Path, name: str
) -> None:
    path = write_zip(tmp_path / "e.zip", EDGES[name], exclusions=())
    config = ReportConfig(
        export_path=path,
        out_dir=tmp_path / "r",
        planted_path=None if name in UNPLANTED else planted_path,
        **QUICK_REPORT,
    )

    write_report(config)

    page = (tmp_path / "r" / "report.html").read_text()
    text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", page)
    assert "nan" not in re.findall(r"[A-Za-z]+", text)
    if name != "the condition called none":
        assert "Before believing a number below" in text
    if name in ("empty", "nobody answered"):
        assert "Nothing can be said about accuracy" in text
