"""Every figure: its CSV first, then SVG, PDF and PNG drawn from that CSV alone."""

import io
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures import (
    accuracy,
    calibration,
    caterpillar,
    confidence,
    consistency,
    contrasts,
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


FIGURES: Mapping[str, FigureSpec] = {
    "accuracy": FigureSpec(accuracy.data, accuracy.draw),
    "contrasts": FigureSpec(contrasts.data, contrasts.draw),
    "planted": FigureSpec(planted.data, planted.draw),
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
    "specifications": FigureSpec(specifications.data, specifications.draw),
}
"""Name -> figure; `planted` only where planted accuracies were given."""


TEXTS = ("id", "feature_id", "label", "condition", "first", "second", "rules")


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


def render_figures(analysis: Analysis, *, png_dpi: int = 300) -> dict[str, bytes]:
    """File name -> content: NAME.csv, .svg, .pdf and .png of every figure.

    Args:
        png_dpi: resolution of the PNG, in dots per inch.
    """
    files: dict[str, bytes] = {}
    for name, spec in FIGURES.items():
        if name == "planted" and analysis.results["planted"] is None:
            continue
        text = to_csv(spec.data(analysis))
        files[f"{name}.csv"] = text.encode()
        with style(name):
            figure = spec.draw(from_csv(text))
            files[f"{name}.svg"] = _saved(
                figure, "svg", png_dpi, Date=None, Creator=None
            )
            files[f"{name}.pdf"] = _saved(
                figure,
                "pdf",
                png_dpi,
                CreationDate=None,
                Creator=None,
                Producer=None,
            )
            files[f"{name}.png"] = _saved(figure, "png", png_dpi, Software=None)
    return files


def _saved(figure: Figure, kind: str, dpi: int, **metadata: None) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format=kind, dpi=dpi, metadata=metadata)
    return out.getvalue()
