"""The contrasts under every subset of the exclusion rules."""

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.style import (
    ALERT,
    GREY,
    INK,
    WIDTH_IN,
    percent_axis,
    say_nothing_to_show,
)
from analysis.results import Analysis
from analysis.wording import condition_label

COLUMNS = ("first", "second", "rules", "is_own", "value", "low", "high", "p")


def data(analysis: Analysis) -> pd.DataFrame:
    """One row per contrast and subset of rules: value, low, high, p."""
    rows = [
        {
            **row,
            "rules": "; ".join(row["rules"]),
            "low": (row["interval"] or {}).get("low"),
            "high": (row["interval"] or {}).get("high"),
        }
        for row in analysis.results["multiverse"]["rows"]
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, "n_participants"])


def draw(table: pd.DataFrame) -> Figure:
    """Draw each contrast's differences in order of size, the study's own marked."""
    seconds = list(dict.fromkeys(table["second"])) if len(table) else []
    figure = Figure(
        figsize=(WIDTH_IN, 0.7 + 0.8 * max(len(seconds), 1)), layout="constrained"
    )
    if not seconds:
        say_nothing_to_show(figure.add_subplot(), "no exclusion rule to vary")
        return figure
    panels = figure.subplots(len(seconds), 1, sharex=True, sharey=True, squeeze=False)
    for axes, second in zip(panels[:, 0], seconds, strict=True):
        part = table.loc[table["second"] == second].sort_values("value", kind="stable")
        places = range(len(part))
        own = part["is_own"].astype(bool).to_numpy()
        axes.axhline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
        axes.vlines(places, part["low"], part["high"], color=GREY, linewidth=0.9)
        axes.scatter(places, part["value"], s=8, color=INK, zorder=2)
        axes.scatter(
            [i for i, is_own in enumerate(own) if is_own],
            part.loc[own, "value"],
            s=22,
            marker="D",
            color=ALERT,
            zorder=3,
        )
        axes.set_title(f"minus {condition_label(second)}", loc="left", fontsize=7)
        percent_axis(axes.yaxis)
        axes.set_xticks([])
    panels[-1, 0].set_xlabel(
        "subsets of the exclusion rules, by size of the difference"
    )
    figure.supylabel("difference (percentage points)", fontsize=8)
    return figure
