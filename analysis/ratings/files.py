"""Every file of a rating study's report."""

from collections.abc import Sequence

import pandas as pd

from analysis.figures.render import draw_files, parted, to_csv, with_page_format
from analysis.page import find_estimates, render
from analysis.ratings.figures import (
    agreement_data,
    draw_agreement,
    draw_ratings,
    ratings_data,
)
from analysis.ratings.results import RatingAnalysis
from analysis.results import to_json


def rating_files(
    analysis: RatingAnalysis, *, figure_formats: Sequence[str], png_dpi: int
) -> dict[str, bytes]:
    """Path inside the folder -> content: results, page, tables, figures."""
    results = analysis.results
    files = draw_files(
        {
            "agreement": (agreement_data(analysis), draw_agreement),
            "ratings": (ratings_data(analysis), draw_ratings),
        },
        results["preregistration"],
        formats=with_page_format(figure_formats),
        png_dpi=png_dpi,
    )
    drawings, figures = parted(files, figure_formats)
    page = render(
        "ratings.html",
        results=results,
        drawings=drawings,
        find=lambda **wanted: find_estimates(results, **wanted),
    )
    tables = {
        "agreement_by_block": analysis.blocks,
        "scale_use": pd.DataFrame(results["scale_use"]),
        "participant_flow": pd.DataFrame(results["flow"]["rules"]).drop(
            columns="parameters"
        ),
        "estimates": _estimate_table(results["estimates"]),
    }
    return {
        "results.json": to_json(results).encode(),
        "report.html": page.encode(),
        **{f"tables/{name}.csv": to_csv(t).encode() for name, t in tables.items()},
        **{f"figures/{name}": content for name, content in figures.items()},
    }


def _estimate_table(estimates: Sequence[dict[str, object]]) -> pd.DataFrame:
    """A row per estimate, its interval as columns."""
    rows = []
    for estimate in estimates:
        ends = estimate["interval"]
        assert ends is None or isinstance(ends, dict)
        low_and_high = {"low": None, "high": None, "level": None, **(ends or {})}
        kept = {k: v for k, v in estimate.items() if k != "interval"}
        rows.append({**low_and_high, **kept})
    table = pd.DataFrame(rows)
    return table.dropna(axis=1, how="all") if len(table) else table
