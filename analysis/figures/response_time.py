"""How long people took."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from analysis.figures.accuracy import spread
from analysis.figures.style import INK, look, new_axes, say_nothing_to_show
from analysis.measures import ordered_conditions, response_times
from analysis.results import Analysis
from analysis.wording import condition_label

TICKS_S = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100)


def data(analysis: Analysis) -> pd.DataFrame:
    """Medians of participants, and median and quartiles of each condition.

    Returns:
        mark ("condition" or "participant"), condition, id, median_ms,
        quartile_low_ms, quartile_high_ms, n_timed.
    """
    overall = response_times(analysis.responses, ["condition"]).assign(mark="condition")
    people = response_times(analysis.responses, ["condition", "participant_id"])
    people = people.assign(mark="participant", id=people["participant_id"])
    table = pd.concat([overall.assign(id=""), people], ignore_index=True)
    table["n_timed"] = table["n_responses"] - table["n_without_time"]
    names = ["mark", "condition", "id", "median_ms", "quartile_low_ms"]
    return table.loc[table["n_timed"] > 0, [*names, "quartile_high_ms", "n_timed"]]


def draw(table: pd.DataFrame) -> Figure:
    """Draw each participant's median, and median and quartiles over responses."""
    conditions = ordered_conditions(list(table["condition"].unique()))
    figure, axes = new_axes(0.8 + 0.42 * max(len(conditions), 1))
    if not conditions:
        say_nothing_to_show(axes, "no response time to show")
        return figure
    for y, condition in enumerate(conditions):
        part = table.loc[table["condition"] == condition]
        color, marker = look(condition)
        people = part.loc[part["mark"] == "participant", "median_ms"].to_numpy() / 1000
        axes.scatter(
            people,
            y + 0.24 + spread(people, half_width=0.1)[0],
            s=6,
            color=color,
            alpha=0.4,
            linewidths=0,
        )
        overall = part.loc[part["mark"] == "condition"].iloc[0]
        ends = overall["quartile_low_ms"] / 1000, overall["quartile_high_ms"] / 1000
        axes.hlines(y - 0.1, *ends, color=INK, linewidth=1.6)
        axes.scatter(
            [overall["median_ms"] / 1000],
            [y - 0.1],
            s=30,
            marker=marker,
            color=color,
            edgecolors="white",
            linewidths=0.7,
            zorder=3,
        )
    labels = [f"{condition_label(c)}\nn = {_n_timed(table, c)}" for c in conditions]
    axes.set_yticks(range(len(conditions)), labels)
    axes.set_ylim(len(conditions) - 0.4, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(TICKS_S))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("response time (s, logarithmic)")
    return figure


def _n_timed(table: pd.DataFrame, condition: str) -> int:
    is_row = (table["condition"] == condition) & (table["mark"] == "condition")
    return int(table.loc[is_row, "n_timed"].iloc[0])
