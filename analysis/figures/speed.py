"""Share correct from each person's fastest to their slowest answers."""

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.style import GREY, look, new_axes, percent_axis
from analysis.figures.style import say_nothing_to_show as say_nothing
from analysis.measures import ordered_conditions
from analysis.results import Analysis
from analysis.wording import condition_label

COLUMNS = (
    "condition",
    "n_speed_bins",
    "speed_bin",
    "n_responses",
    "accuracy",
    "median_ms",
)


def data(analysis: Analysis) -> pd.DataFrame:
    """One row per condition and part of each person's answers, by speed."""
    return pd.DataFrame(analysis.results["timing"]["by_speed"], columns=list(COLUMNS))


def draw(table: pd.DataFrame) -> Figure:
    """Draw accuracy over the median time of each part."""
    figure, axes = new_axes(2.6)
    if table.empty:
        say_nothing(axes, "no response time to show")
        return figure
    axes.axhline(0.5, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    for condition in ordered_conditions(list(table["condition"].unique())):
        part = table.loc[table["condition"] == condition].sort_values("speed_bin")
        color, marker = look(condition)
        axes.plot(
            part["median_ms"] / 1000,
            part["accuracy"],
            color=color,
            marker=marker,
            markersize=4,
            linewidth=1,
            label=condition_label(condition),
        )
    axes.set_ylim(min(0.4, float(table["accuracy"].min()) - 0.04), 1.03)
    percent_axis(axes.yaxis)
    axes.set_xlabel("median time of the part (s)")
    axes.set_ylabel("correct choices (%)")
    figure.legend(loc="outside lower center", ncols=2)
    return figure
