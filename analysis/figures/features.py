"""Accuracy of each feature in each condition."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.style import (
    WIDTH_IN,
    say_nothing_to_show,
    wrapped,
)
from analysis.measures import ordered_conditions
from analysis.results import Analysis

LABELLED_UP_TO = 60
"""More features than this are drawn without their names and numbers."""


def data(analysis: Analysis) -> pd.DataFrame:
    """One row per feature and condition, features sorted by their accuracy overall.

    Returns:
        feature_id, label, condition, accuracy, n_responses, low, high, rank.
    """
    labels = analysis.results["feature_labels"]
    rows = []
    for estimate in analysis.results["estimates"]:
        if estimate["quantity"] != "feature_accuracy":
            continue
        name = estimate["feature_id"]
        rows.append(
            {
                "feature_id": name,
                "label": labels.get(name, name),
                "condition": estimate["condition"],
                "accuracy": estimate["value"],
                "n_responses": estimate["n_responses"],
                "low": estimate["interval"]["low"],
                "high": estimate["interval"]["high"],
            }
        )
    if not rows:
        return pd.DataFrame(columns=["feature_id", "label", "condition", "rank"])
    table = pd.DataFrame(rows)
    right = (table["accuracy"] * table["n_responses"]).groupby(table["feature_id"])
    overall = right.sum() / table.groupby("feature_id")["n_responses"].sum()
    order = overall.round(12).sort_values(ascending=False, kind="stable").index
    table["rank"] = table["feature_id"].map({name: i for i, name in enumerate(order)})
    return table.sort_values(["rank", "condition"], kind="stable").reset_index(
        drop=True
    )


def draw(table: pd.DataFrame) -> Figure:
    """Draw a grid: features in rows, conditions in columns, accuracy as shade."""
    n_features = table["feature_id"].nunique()
    is_labelled = n_features <= LABELLED_UP_TO
    height = 1.0 + (0.17 if is_labelled else 0.05) * max(n_features, 1)
    figure = Figure(figsize=(WIDTH_IN, height), layout="constrained")
    axes = figure.add_subplot()
    if not n_features:
        say_nothing_to_show(axes, "no response to show")
        return figure
    conditions = ordered_conditions(list(table["condition"].unique()))
    grid = np.full((n_features, len(conditions)), np.nan)
    columns = table["condition"].map({c: k for k, c in enumerate(conditions)})
    grid[table["rank"], columns] = table["accuracy"]
    shades = mpl.colormaps["cividis"].with_extremes(bad="white")
    image = axes.imshow(grid, cmap=shades, vmin=0, vmax=1, aspect="auto")
    if is_labelled:
        for row, k in zip(table.to_dict("records"), columns, strict=True):
            axes.text(
                k,
                row["rank"],
                f"{100 * row['accuracy']:.0f} ({row['n_responses']})",
                ha="center",
                va="center",
                fontsize=6,
                color="white" if row["accuracy"] < 0.55 else "black",
            )
        names = table.drop_duplicates("rank").sort_values("rank")["label"]
        axes.set_yticks(range(n_features), list(names), fontsize=6.5)
    else:
        axes.set_yticks([])
        axes.set_ylabel(f"{n_features} features, best on top")
    labels = [wrapped(c) for c in conditions]
    axes.set_xticks(range(len(conditions)), labels, fontsize=6)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(
        image, ax=axes, location="bottom", fraction=0.03, pad=0.02, aspect=40
    )
    bar.set_label("correct choices (%)" + ", in brackets: responses" * is_labelled)
    bar.set_ticks([0, 0.25, 0.5, 0.75, 1], labels=["0", "25", "50", "75", "100"])
    bar.outline.set_visible(False)
    return figure
