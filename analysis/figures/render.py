"""Every figure: its CSV first, then drawings made from that CSV alone."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from analysis.config import FIGURE_FORMATS
from analysis.figures import (
    accuracy,
    calibration,
    caterpillar,
    confidence,
    consistency,
    contrasts,
    evidence,
    feature_scatter,
    features,
    flow,
    gap,
    multiverse,
    planted,
    response_time,
    specifications,
    speed,
)
from analysis.figures.style import style
from analysis.results import Analysis


class FigureSpec(NamedTuple):
    """How a figure gets its data and is drawn."""

    data: Callable[[Analysis], pd.DataFrame]
    draw: Callable[[pd.DataFrame], Figure]


PLANTED = "planted"

FIGURES: Mapping[str, FigureSpec] = {
    "accuracy": FigureSpec(accuracy.data, accuracy.draw),
    "contrasts": FigureSpec(contrasts.data, contrasts.draw),
    PLANTED: FigureSpec(planted.data, planted.draw),
    "flow": FigureSpec(flow.data, flow.draw),
    "confidence": FigureSpec(confidence.data, confidence.draw),
    "response_times": FigureSpec(response_time.data, response_time.draw),
    "features": FigureSpec(features.data, features.draw),
    "multiverse": FigureSpec(multiverse.data, multiverse.draw),
    "calibration": FigureSpec(calibration.data, calibration.draw),
    "speed": FigureSpec(speed.data, speed.draw),
    "caterpillar": FigureSpec(caterpillar.data, caterpillar.draw),
    "feature_scatter": FigureSpec(feature_scatter.data, feature_scatter.draw),
    "consistency": FigureSpec(consistency.data, consistency.draw),
    "gap": FigureSpec(gap.data, gap.draw),
    "evidence": FigureSpec(evidence.data, evidence.draw),
    "specifications": FigureSpec(specifications.data, specifications.draw),
}
"""Name -> figure; `PLANTED` only where planted accuracies were given."""


TEXTS = (
    "id",
    "feature_id",
    "label",
    "reference",
    "condition",
    "first",
    "second",
    "rules",
)


def to_csv(table: pd.DataFrame) -> str:
    """A tidy table as text; floats in their shortest exact form."""
    return table.to_csv(index=False, lineterminator="\n")


def from_csv(text: str) -> pd.DataFrame:
    """The table back; an empty cell is missing, "none" is a word."""
    return pd.read_csv(
        io.StringIO(text),
        keep_default_na=False,
        na_values=[""],
        dtype=dict.fromkeys(TEXTS, str),
    )


AS_IMAGE_FROM = 1_000
"""More marks of one kind than this stand in SVG and PDF as an image: thousands of
paths make files of megabytes that no reader opens gladly."""

METADATA: Mapping[str, Mapping[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}
"""Format -> what a file must not say, so that the same data make the same bytes."""

SUBJECT = {"svg": "Description", "pdf": "Subject", "png": "Description"}
"""Format -> the field of its metadata that says which decisions a figure follows."""


def render_figures(
    analysis: Analysis,
    *,
    formats: Sequence[str] = FIGURE_FORMATS,
    png_dpi: int = 300,
) -> dict[str, bytes]:
    """File name -> content: NAME.csv of every figure and its drawings.

    Args:
        formats: some of `FIGURE_FORMATS`.
        png_dpi: resolution of the PNG, in dots per inch.
    """
    has_planted = analysis.results["planted"] is not None
    shown = {
        name: spec for name, spec in FIGURES.items() if has_planted or name != PLANTED
    }
    return draw_files(
        {name: (spec.data(analysis), spec.draw) for name, spec in shown.items()},
        analysis.results["preregistration"],
        formats=formats,
        png_dpi=png_dpi,
    )


PAGE_FORMAT = "svg"
"""How a page holds its figures."""


def with_page_format(wanted: Sequence[str]) -> list[str]:
    """The formats to draw: those wanted, and that of the page."""
    drawn = {PAGE_FORMAT, *wanted}
    return [kind for kind in FIGURE_FORMATS if kind in drawn]


def parted(
    files: Mapping[str, bytes], wanted: Sequence[str]
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The drawings of the page by figure, and the files that are wanted."""
    suffix = f".{PAGE_FORMAT}"
    drawings = {
        name.removesuffix(suffix): content
        for name, content in files.items()
        if name.endswith(suffix)
    }
    is_page_only = PAGE_FORMAT not in wanted
    kept = {
        name: content
        for name, content in files.items()
        if not (is_page_only and name.endswith(suffix))
    }
    return drawings, kept


def draw_files(
    figures: Mapping[str, tuple[pd.DataFrame, Callable[[pd.DataFrame], Figure]]],
    preregistration: Mapping[str, str] | None,
    *,
    formats: Sequence[str],
    png_dpi: int,
) -> dict[str, bytes]:
    """File name -> content: NAME.csv of every figure and its drawings.

    Args:
        figures: name -> its marks, and what draws them.
        preregistration: as in the results.
    """
    subject = (
        f"preregistration {preregistration['sha256']}"
        if preregistration
        else "not preregistered"
    )
    files: dict[str, bytes] = {}
    for name, (marks, draw) in figures.items():
        text = to_csv(marks)
        files[f"{name}.csv"] = text.encode()
        with style(name):
            figure = draw(from_csv(text))
            prepare(figure)
            for kind in formats:
                files[f"{name}.{kind}"] = _saved(figure, kind, png_dpi, subject)
    return files


def prepare(figure: Figure) -> None:
    """Place the figure's parts once, for all formats; swarms become images."""
    for marks in figure.findobj(PathCollection):
        if len(np.atleast_2d(marks.get_offsets())) > AS_IMAGE_FROM:
            marks.set_rasterized(True)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def _saved(figure: Figure, kind: str, dpi: int, subject: str) -> bytes:
    out = io.BytesIO()
    metadata = {**METADATA[kind], SUBJECT[kind]: subject}
    figure.savefig(out, format=kind, dpi=dpi, metadata=metadata)
    return out.getvalue()
