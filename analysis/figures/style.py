"""What all figures share: size, fonts, colours that colour-blind people tell apart.

Conditions differ in colour and marker. No pyplot: nothing global is touched.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from analysis.wording import MINUS, condition_label

WIDTH_IN = 3.5
"""Single column of a journal."""

INK = "#1a1a1a"
GREY = "#8a8a8a"
LIGHT = "#d9d9d9"
ALERT = "#D55E00"


class Look(NamedTuple):
    """How a condition is drawn everywhere."""

    color: str
    marker: str


# Okabe & Ito (2008), Color Universal Design.
LOOKS: Mapping[str, Look] = {
    "accentuation": Look("#D55E00", "o"),
    "attribution": Look("#CC79A7", "D"),
    "feature_visualization": Look("#0072B2", "v"),
    "natural": Look("#009E73", "^"),
    "seed_only": Look("#000000", "s"),
    "none": Look("#7a7a7a", "X"),
    "accentuation_random_feature": Look("#E69F00", "P"),
    "accentuation_random_weights": Look("#56B4E9", "*"),
}
OTHER = Look("#7a5a00", "h")


def look(condition: str) -> Look:
    """Colour and marker of a condition."""
    return LOOKS.get(condition, OTHER)


def style(name: str) -> AbstractContextManager[None]:
    """Settings for one figure; the name makes its SVG ids its own."""
    settings: dict[Any, Any] = {
        "svg.hashsalt": f"accentuate-{name}",
        "svg.fonttype": "path",
        "pdf.fonttype": 42,
        "font.family": "DejaVu Sans",
        "font.size": 7.5,
        "axes.titlesize": 8,
        "axes.labelsize": 8,
        "axes.edgecolor": INK,
        "axes.linewidth": 0.7,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.labelsize": 7.5,
        "ytick.labelsize": 7.5,
        "legend.fontsize": 7,
        "legend.frameon": False,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "figure.dpi": 300,  # text is placed as it is printed, not as on a screen
    }
    return mpl.rc_context(settings)


def new_axes(height_in: float, *, width_in: float = WIDTH_IN) -> tuple[Figure, Axes]:
    """An empty figure of one panel."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    return figure, figure.add_subplot()


def wrapped(condition: str) -> str:
    """A condition's label, a word per line."""
    return condition_label(condition).replace(" ", "\n")


def percent_axis(axis: Any) -> None:
    """Show shares from 0 to 1 as per cent."""
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{100 * value:g}".replace("-", MINUS))
    )


def say_nothing_to_show(axes: Axes, text: str = "nothing to show") -> None:
    """An empty figure that says so."""
    axes.text(0.5, 0.5, text, ha="center", va="center", color=GREY)
    axes.set_axis_off()
