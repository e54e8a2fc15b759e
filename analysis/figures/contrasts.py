"""The planned contrasts with their intervals."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.estimates import TWO_WAY_BOOTSTRAP
from analysis.figures.style import (
    GREY,
    INK,
    look,
    new_axes,
    percent_axis,
    say_nothing_to_show,
)
from analysis.results import Analysis
from analysis.tables import estimates_table
from analysis.wording import condition_label, p_value, points


def data(analysis: Analysis) -> pd.DataFrame:
    """One row per contrast and interval that generalizes to `both`."""
    table = estimates_table(analysis.results, ("difference",))
    return table.loc[table["generalizes_to"] == "both"].reset_index(drop=True)


def draw(table: pd.DataFrame) -> Figure:
    """Draw the contrasts as a forest, the planned order from the top."""
    pairs = table[["first", "second"]].drop_duplicates().to_dict("records")
    figure, axes = new_axes(0.85 + 0.42 * max(len(pairs), 1))
    if not pairs:
        say_nothing_to_show(axes, "no contrast in this study")
        return figure
    axes.axvline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    for y, pair in enumerate(pairs):
        rows = table.loc[table["second"] == pair["second"]]
        for row in rows.to_dict("records"):
            _draw_row(axes, row, y)
    axes.set_yticks(range(len(pairs)), [condition_label(p["second"]) for p in pairs])
    axes.set_ylim(len(pairs) - 0.5, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    percent_axis(axes.xaxis)
    axes.set_xlabel("difference (percentage points)")
    axes.set_title(f"{condition_label(pairs[0]['first'])} minus …", loc="left")
    return figure


def _draw_row(axes: Axes, row: Mapping[Hashable, Any], y: int) -> None:
    if row["method"] == TWO_WAY_BOOTSTRAP:
        if pd.notna(row["low"]):
            axes.hlines(y + 0.2, row["low"], row["high"], color=GREY, linewidth=0.9)
        return
    if pd.notna(row["low"]):
        axes.hlines(y, row["low"], row["high"], color=INK, linewidth=1.8)
    color, marker = look(row["second"])
    axes.scatter(
        [row["value"]],
        [y],
        s=30,
        marker=marker,
        color=color,
        edgecolors="white",
        linewidths=0.7,
        zorder=3,
    )
    adjusted = p_value(row["p_adjusted"])
    text = points(row["value"]) + f"   p {adjusted}" * (adjusted != "n/a")
    axes.text(
        row["value"],
        y - 0.2,
        text,
        ha="center",
        va="bottom",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        fontsize=6.5,
    )
