"""The planned contrasts by every method of the robustness set."""

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.style import (
    GREY,
    INK,
    WIDTH_IN,
    percent_axis,
    say_nothing_to_show,
)
from analysis.intervals import BOTH
from analysis.results import Analysis
from analysis.wording import METHOD_LABELS, condition_label

COLUMNS = (
    "first",
    "second",
    "method",
    "unit",
    "generalizes_to",
    "value",
    "low",
    "high",
    "p",
)
POINTS = "share_difference"


def data(analysis: Analysis) -> pd.DataFrame:
    """One row per contrast and method."""
    rows = analysis.results.get("robustness") or []
    return pd.DataFrame(rows, columns=list(COLUMNS))


def draw(table: pd.DataFrame) -> Figure:
    """Draw the methods that estimate accuracy points, a panel per contrast."""
    shown = table.loc[(table["unit"] == POINTS) & table["low"].notna()]
    seconds = list(dict.fromkeys(shown["second"]))
    methods = list(dict.fromkeys(shown["method"]))
    height = 0.6 + max(len(seconds), 1) * (0.3 + 0.16 * max(len(methods), 1))
    figure = Figure(figsize=(1.5 * WIDTH_IN, height), layout="constrained")
    if not seconds:
        say_nothing_to_show(figure.add_subplot(), "no contrast to test")
        return figure
    panels = figure.subplots(len(seconds), 1, sharex=True, squeeze=False)
    for axes, second in zip(panels[:, 0], seconds, strict=True):
        part = shown.loc[shown["second"] == second].reset_index(drop=True)
        axes.axvline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
        is_both = part["generalizes_to"] == BOTH
        for y, row in enumerate(part.to_dict("records")):
            color = INK if is_both[y] else GREY
            axes.hlines(y, row["low"], row["high"], color=color, linewidth=1.2)
            axes.scatter(
                [row["value"]],
                [y],
                s=16,
                facecolors=color if is_both[y] else "white",
                edgecolors=color,
                linewidths=0.8,
                zorder=3,
            )
        names = [METHOD_LABELS.get(name, name) for name in part["method"]]
        axes.set_yticks(range(len(part)), names, fontsize=6)
        axes.set_ylim(len(part) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.set_title(
            f"{condition_label(part['first'][0])} minus {condition_label(second)}",
            loc="left",
            fontsize=7,
        )
        percent_axis(axes.xaxis)
    panels[-1, 0].set_xlabel("difference (percentage points)")
    return figure
