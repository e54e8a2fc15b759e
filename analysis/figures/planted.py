"""Planted against recovered accuracies of simulated observers."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.estimates import PARTICIPANT_BOOTSTRAP, TWO_WAY_ROBUST
from analysis.figures.style import (
    GREY,
    INK,
    look,
    new_axes,
    percent_axis,
    say_nothing_to_show,
)
from analysis.measures import ordered_conditions
from analysis.results import Analysis
from analysis.tables import planted_table
from analysis.wording import condition_label


def data(analysis: Analysis) -> pd.DataFrame:
    """One row per condition and interval: planted, recovered, low, high, contains."""
    return planted_table(analysis.results)


def draw(table: pd.DataFrame) -> Figure:
    """Draw each recovered accuracy with its intervals, the planted one as a bar."""
    conditions = ordered_conditions(list(table["condition"])) if len(table) else []
    figure, axes = new_axes(0.85 + 0.42 * max(len(conditions), 1))
    if not conditions:
        say_nothing_to_show(axes, "nothing recovered to show")
        return figure
    for y, condition in enumerate(conditions):
        part = table.loc[table["condition"] == condition]
        _draw_row(axes, part, y, condition)
    axes.set_yticks(range(len(conditions)), [condition_label(c) for c in conditions])
    axes.set_ylim(len(conditions) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    percent_axis(axes.xaxis)
    axes.set_xlabel("correct choices (%); upright bar: planted")
    return figure


def _draw_row(axes: Axes, part: pd.DataFrame, y: int, condition: str) -> None:
    color, marker = look(condition)
    for method, offset, ink in (
        (TWO_WAY_ROBUST, 0.0, INK),
        (PARTICIPANT_BOOTSTRAP, 0.2, GREY),
    ):
        ends = part.loc[part["method"] == method].dropna(subset=["low", "high"])
        axes.hlines(
            [y + offset] * len(ends),
            ends["low"],
            ends["high"],
            color=ink,
            linewidth=1.6,
        )
    row = part.iloc[0]
    axes.scatter(
        [row["recovered"]],
        [y],
        s=30,
        marker=marker,
        color=color,
        edgecolors="white",
        linewidths=0.7,
        zorder=3,
    )
    axes.vlines(row["planted"], y - 0.32, y + 0.32, color=INK, linewidth=2.2)
