"""From assigned sessions to analysed ones."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.figures.style import ALERT, INK, LIGHT, new_axes, say_nothing_to_show
from analysis.results import Analysis
from analysis.wording import MINUS


def data(analysis: Analysis) -> pd.DataFrame:
    """One row per step: label, n_before, n_removed, n_left."""
    flow = analysis.results["flow"]
    rows = [("assigned", flow["n_assigned"], 0, flow["n_assigned"])]
    rows += [
        (
            rule["label"],
            rule["n_left"] + rule["n_removed"],
            rule["n_removed"],
            rule["n_left"],
        )
        for rule in flow["rules"]
    ]
    rows.append(("analysed", flow["n_analysed"], 0, flow["n_analysed"]))
    return pd.DataFrame(rows, columns=["label", "n_before", "n_removed", "n_left"])


def draw(table: pd.DataFrame) -> Figure:
    """Draw one bar per step; what a rule removed stands hatched at its end."""
    figure, axes = new_axes(0.5 + 0.23 * len(table))
    total = int(table["n_before"].max())
    if total == 0:
        say_nothing_to_show(axes, "no session in this export")
        return figure
    for y, row in enumerate(table.to_dict("records")):
        is_end = row["label"] in ("assigned", "analysed")
        axes.barh(y, row["n_left"], color=INK if is_end else LIGHT, height=0.62)
        axes.barh(
            [y] * (row["n_removed"] > 0),
            row["n_removed"],
            left=row["n_left"],
            color="white",
            edgecolor=ALERT,
            hatch="//////",
            height=0.62,
            linewidth=0.8,
        )
        text = f"{row['n_left']}" if is_end else f"{MINUS}{row['n_removed']}"
        if row["n_removed"] == 0 and not is_end:
            text = "0"
        axes.text(
            row["n_before"] + 0.015 * total,
            y,
            text,
            va="center",
            fontsize=7.5,
            fontweight="bold" if is_end else "normal",
            color=ALERT if row["n_removed"] else INK,
        )
    axes.set_yticks(range(len(table)), list(table["label"]))
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.set_xlim(0, total * 1.12)
    axes.set_xlabel("sessions")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure
