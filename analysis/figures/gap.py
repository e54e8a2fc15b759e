"""Accuracy as a function of how far apart the two images are."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.style import GREY, look, new_axes, percent_axis
from analysis.figures.style import say_nothing_to_show as say_nothing
from analysis.measures import ordered_conditions
from analysis.psychometric import PsychometricCurve
from analysis.results import Analysis
from analysis.wording import condition_label

COLUMNS = (
    "mark",
    "condition",
    "gap",
    "accuracy",
    "low",
    "high",
    "n_responses",
)
N_POINTS = 60


def data(analysis: Analysis) -> pd.DataFrame:
    """Marks: "bin" (share correct, Wilson ends) and "curve" (fitted accuracy)."""
    found = analysis.results["moderators"]
    rows = [{**row, "mark": "bin"} for row in found["gap_bins"]]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    curves = [_curve(row, table) for row in found["gap_curves"] if len(table)]
    return pd.concat([table, *curves], ignore_index=True) if curves else table


def _curve(row: dict[str, float], bins: pd.DataFrame) -> pd.DataFrame:
    names = ("threshold", "slope", "lapse", "log_likelihood", "is_converged")
    values = {name: row[name] if row[name] is not None else np.nan for name in names}
    curve = PsychometricCurve(**values)  # type: ignore[arg-type]
    gaps = np.linspace(bins["gap"].min(), bins["gap"].max(), N_POINTS)
    return pd.DataFrame(
        {
            "mark": "curve",
            "condition": row["condition"],
            "gap": gaps,
            "accuracy": curve.at(gaps),
        }
    )


def draw(table: pd.DataFrame) -> Figure:
    """Draw bins and curves of each condition."""
    figure, axes = new_axes(2.7)
    if table.empty:
        say_nothing(axes, "no activation gap to show")
        return figure
    axes.axhline(0.5, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    bins = table.loc[table["mark"] == "bin"]
    for condition in ordered_conditions(list(table["condition"].unique())):
        color, marker = look(condition)
        part = bins.loc[bins["condition"] == condition]
        curve = table.loc[
            (table["condition"] == condition) & (table["mark"] == "curve")
        ]
        axes.plot(curve["gap"], curve["accuracy"], color=color, linewidth=1)
        axes.scatter(
            part["gap"],
            part["accuracy"],
            s=14,
            marker=marker,
            color=color,
            linewidths=0,
            label=condition_label(condition),
        )
    axes.set_ylim(min(0.4, float(bins["accuracy"].min()) - 0.04), 1.03)
    percent_axis(axes.yaxis)
    axes.set_xlabel("gap of the two images (percentiles of activation)")
    axes.set_ylabel("correct choices (%)")
    figure.legend(loc="outside lower center", ncols=2)
    return figure
