"""Analyses with few resamples, and what is read of them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.config import AnalysisConfig
from analysis.figures.render import FIGURES
from analysis.load import load_export
from analysis.page import render_page
from analysis.results import Analysis, analyse
from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import Tables

QUICK = AnalysisConfig(
    n_resamples=2000, n_flips=1000, second_engine_up_to=0, multiverse_fits_up_to=0
)
PLANTED = {
    "accentuation": 0.85,
    "feature_visualization": 0.7,
    "natural": 0.8,
    "seed_only": 0.65,
}


def analysed(path: Path, planted: dict[str, float] | None = None) -> Analysis:
    return analyse(load_export(path), QUICK, provenance={}, planted=planted)


def one(results: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    found = [
        estimate
        for estimate in results["estimates"]
        if all(estimate[field] == value for field, value in wanted.items())
    ]
    assert len(found) == 1
    estimate: dict[str, Any] = found[0]
    return estimate


def edge_tables(**changes: Any) -> Tables:
    return draw_tables(SyntheticStudy(**{"n_participants": 6, **changes}))


QUICK_REPORT: dict[str, Any] = {
    "analysis": replace(QUICK, n_resamples=500, n_flips=500),
    "figure_formats": ("svg",),
}


def page_of(results: dict[str, Any]) -> str:
    return render_page(results, dict.fromkeys(FIGURES, b"<svg></svg>"))


def read_results(folder: Path) -> dict[str, Any]:
    results: dict[str, Any] = json.loads((folder / "results.json").read_text())
    return results
