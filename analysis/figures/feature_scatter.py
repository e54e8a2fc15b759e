"""Whether the features that one kind of image shows well are those of another."""

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.style import (
    GREY,
    WIDTH_IN,
    look,
    percent_axis,
    say_nothing_to_show,
)
from analysis.measures import ordered_conditions
from analysis.results import Analysis
from analysis.wording import condition_label

COLUMNS = (
    "reference",
    "condition",
    "feature_id",
    "headline",
    "other",
    "n_responses",
)


def data(analysis: Analysis) -> pd.DataFrame:
    """One row per feature and other condition: both shares correct."""
    scores = analysis.results["feature_scores"]["scores"]
    reference = analysis.results["family"]["reference"]
    headline = {
        row["feature_id"]: row["accuracy"]
        for row in scores
        if row["condition"] == reference
    }
    rows = [
        {
            "reference": reference,
            "condition": row["condition"],
            "feature_id": row["feature_id"],
            "headline": headline[row["feature_id"]],
            "other": row["accuracy"],
            "n_responses": row["n_responses"],
        }
        for row in scores
        if row["condition"] != reference and row["feature_id"] in headline
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def draw(table: pd.DataFrame) -> Figure:
    """Draw one panel per other condition; equal shares lie on the line."""
    conditions = ordered_conditions(list(table["condition"].unique()))
    figure = Figure(figsize=(2 * WIDTH_IN, 2.5), layout="constrained")
    if not conditions:
        say_nothing_to_show(figure.add_subplot(), "no two conditions to compare")
        return figure
    panels = figure.subplots(
        1, len(conditions), sharex=True, sharey=True, squeeze=False
    )
    for axes, condition in zip(panels[0], conditions, strict=True):
        part = table.loc[table["condition"] == condition]
        groups = part.groupby(["other", "headline"]).size().reset_index(name="n")
        color, marker = look(condition)
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.scatter(
            groups["other"],
            groups["headline"],
            s=9 + 9 * (groups["n"] - 1),
            marker=marker,
            color=color,
            alpha=0.75,
            linewidths=0,
        )
        axes.set_aspect("equal")
        axes.set_xlim(-0.04, 1.04)
        axes.set_ylim(-0.04, 1.04)
        percent_axis(axes.xaxis)
        percent_axis(axes.yaxis)
        axes.set_xlabel(condition_label(condition), fontsize=7)
    reference = condition_label(table["reference"].iloc[0])
    panels[0, 0].set_ylabel(f"{reference} (%)", fontsize=7)
    return figure
