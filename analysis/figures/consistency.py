"""Whether people err on the same query pairs."""

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.style import GREY, INK, look, new_axes, say_nothing_to_show
from analysis.results import Analysis
from analysis.wording import condition_label

COLUMNS = ("condition", "value", "low", "high", "n_pairs", "n_participants")


def data(analysis: Analysis) -> pd.DataFrame:
    """One row per condition: mean kappa over pairs of people, low, high."""
    rows = [
        {
            **row,
            "low": (row["interval"] or {}).get("low"),
            "high": (row["interval"] or {}).get("high"),
        }
        for row in analysis.results["error_consistency"]["conditions"]
        if row["value"] is not None
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def draw(table: pd.DataFrame) -> Figure:
    """Draw one marker with interval per condition."""
    figure, axes = new_axes(0.85 + 0.32 * max(len(table), 1))
    if table.empty:
        say_nothing_to_show(axes, "too few shared query pairs")
        return figure
    axes.axvline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    for y, row in enumerate(table.to_dict("records")):
        color, marker = look(row["condition"])
        axes.hlines(y, row["low"], row["high"], color=INK, linewidth=1.6)
        axes.scatter(
            [row["value"]],
            [y],
            s=28,
            marker=marker,
            color=color,
            edgecolors="white",
            linewidths=0.7,
            zorder=3,
        )
    axes.set_yticks(range(len(table)), [condition_label(c) for c in table["condition"]])
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("error consistency κ (0: independent errors)")
    return figure
