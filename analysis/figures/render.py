"""Every figure: its CSV first, then SVG and PNG drawn from that CSV alone."""

import io
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures import (
    accuracy,
    confidence,
    contrasts,
    features,
    flow,
    planted,
    response_time,
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
}
"""Name -> figure; `planted` only where planted accuracies were given."""


def to_csv(table: pd.DataFrame) -> str:
    """A tidy table as text; floats in their shortest exact form."""
    return table.to_csv(index=False, lineterminator="\n")


def from_csv(text: str) -> pd.DataFrame:
    """The table back; an empty cell is missing, "none" is a word."""
    return pd.read_csv(
        io.StringIO(text),
        keep_default_na=False,
        na_values=[""],
        dtype={"id": str, "feature_id": str, "label": str, "condition": str},
    )


def render_figures(analysis: Analysis, *, png_dpi: int = 300) -> dict[str, bytes]:
    """File name -> content: NAME.csv, NAME.svg and NAME.png of every figure.

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
            files[f"{name}.png"] = _saved(figure, "png", png_dpi, Software=None)
    return files


def _saved(figure: Figure, kind: str, dpi: int, **metadata: None) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format=kind, dpi=dpi, metadata=metadata)
    return out.getvalue()
