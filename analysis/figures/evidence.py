"""How evidence against chance grew while the answers came in."""

import math

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.bayes_factors import sequential_bayes_factors
from analysis.figures.style import GREY, look, new_axes, say_nothing_to_show
from analysis.intervals import FloatArray
from analysis.measures import ordered_conditions
from analysis.results import Analysis
from analysis.wording import condition_label

COLUMNS = ("condition", "n_responses", "log10_bf10")
N_POINTS = 200
"""Points of a line; the last answer is always one."""

CLEAR = math.log10(3)
"""Evidence beyond this, for or against, is more than anecdotal (Jeffreys 1961)."""

LIMIT = 6.0
"""Lines end here, either way: a million to one persuades anybody."""


def data(analysis: Analysis) -> pd.DataFrame:
    """Log10 of the Bayes factor after so many answers of a condition, in their order.

    Any rate against one half, all answers of a condition taken as one person's, so it
    speaks of these people and these features only.
    """
    rows = analysis.responses.sort_values(["received_at", "trial_id"], kind="stable")
    parts = [
        _line(condition, rows.loc[rows["condition"] == condition, "is_correct"])
        for condition in ordered_conditions(list(rows["condition"].unique()))
    ]
    empty = pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True) if parts else empty


def _line(condition: str, is_correct: "pd.Series[bool]") -> pd.DataFrame:
    answers: FloatArray = np.asarray(is_correct, dtype=np.float64)
    factors = sequential_bayes_factors(answers)
    n = len(factors)
    places = np.unique(np.linspace(0, n - 1, min(n, N_POINTS)).round().astype(int))
    return pd.DataFrame(
        {
            "condition": condition,
            "n_responses": places + 1,
            "log10_bf10": np.log10(factors[places]),
        }
    )


def draw(table: pd.DataFrame) -> Figure:
    """Draw a line per condition, cut at a million to one."""
    figure, axes = new_axes(2.6)
    if table.empty:
        say_nothing_to_show(axes, "no response to show")
        return figure
    for level, style in ((0.0, (0, (4, 3))), (CLEAR, ":"), (-CLEAR, ":")):
        axes.axhline(level, color=GREY, linewidth=0.8, linestyle=style, zorder=0)
    for condition in ordered_conditions(list(table["condition"].unique())):
        part = table.loc[table["condition"] == condition]
        color, marker = look(condition)
        shown = part["log10_bf10"].clip(-LIMIT, LIMIT)
        axes.plot(
            part["n_responses"],
            shown,
            color=color,
            linewidth=1,
            marker=marker,
            markersize=3.5,
            markevery=[-1],
            label=condition_label(condition),
        )
    axes.set_xlabel("answers so far")
    axes.set_ylabel("log10 Bayes factor")
    figure.legend(loc="outside lower center", ncols=2)
    return figure
