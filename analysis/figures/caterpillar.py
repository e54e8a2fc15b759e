"""Shrunken scores of all features in the condition of most interest."""

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.style import (
    GREY,
    INK,
    WIDTH_IN,
    look,
    percent_axis,
    say_nothing_to_show,
)
from analysis.results import Analysis
from analysis.wording import condition_label

COLUMNS = (
    "reference",
    "condition",
    "feature_id",
    "label",
    "accuracy",
    "shrunken",
    "low",
    "high",
    "n_responses",
    "rank",
)
LABELLED_UP_TO = 60


def data(analysis: Analysis) -> pd.DataFrame:
    """One row per feature of every condition, ranked by shrunken score within it."""
    labels = analysis.results["feature_labels"]
    reference = analysis.results["family"]["reference"]
    rows = [
        {
            **row,
            "reference": reference,
            "label": labels.get(row["feature_id"], row["feature_id"]),
            "low": (row["interval"] or {}).get("low"),
            "high": (row["interval"] or {}).get("high"),
        }
        for row in analysis.results["feature_scores"]["scores"]
        if row["shrunken"] is not None
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = table["shrunken"].astype(float).round(12).groupby(table["condition"])
    table["rank"] = order.rank(method="first", ascending=False)
    return table.sort_values(["condition", "rank"]).reset_index(drop=True)


def draw(table: pd.DataFrame) -> Figure:
    """Draw the reference condition, or the first there is, best feature on top."""
    names = list(table["condition"].unique())
    reference = list(table["reference"].unique())
    condition = (reference if set(reference) & set(names) else names or [""])[0]
    part = table.loc[table["condition"] == condition].reset_index(drop=True)
    is_labelled = len(part) <= LABELLED_UP_TO
    height = 0.9 + (0.13 if is_labelled else 0.035) * max(len(part), 4)
    figure = Figure(figsize=(WIDTH_IN, height), layout="constrained")
    axes = figure.add_subplot()
    if part.empty:
        say_nothing_to_show(axes, "too few features to show")
        return figure
    color, marker = look(condition)
    axes.axvline(0.5, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    axes.hlines(part.index, part["low"], part["high"], color=GREY, linewidth=0.9)
    axes.scatter(
        part["accuracy"],
        part.index,
        s=9,
        facecolors="none",
        edgecolors=INK,
        linewidths=0.5,
        label="share correct",
        zorder=2,
    )
    axes.scatter(
        part["shrunken"],
        part.index,
        s=14,
        marker=marker,
        color=color,
        label="shrunken score",
        zorder=3,
    )
    names = list(part["label"]) if is_labelled else []
    axes.set_yticks(range(len(names)), names, fontsize=6)
    axes.set_ylim(len(part) - 0.4, -0.6)
    axes.set_xlim(-0.02, 1.02)
    axes.tick_params(axis="y", length=0)
    if not is_labelled:
        axes.set_ylabel(f"{len(part)} features, best on top")
    percent_axis(axes.xaxis)
    axes.set_xlabel(f"correct choices, {condition_label(condition)} (%)")
    figure.legend(loc="outside lower center", ncols=2)
    return figure
