"""Both figures of a rating study: agreement per condition, ratings along activation."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.estimates import TWO_WAY_ROBUST
from analysis.figures.accuracy import spread
from analysis.figures.style import (
    GREY,
    INK,
    look,
    new_axes,
    say_nothing_to_show,
    wrapped,
)
from analysis.measures import ordered_conditions
from analysis.ratings.agreement import AGREEMENT
from analysis.ratings.results import RatingAnalysis
from analysis.wording import condition_label

N_BINS: Final = 10
"""Bins of equal width of the activation percentile."""


def agreement_data(analysis: RatingAnalysis) -> pd.DataFrame:
    """Marks of the first figure.

    Returns:
        One row per mark: mark ("estimate", "participant" or "feature"), condition, id,
        value, low and high (estimates only).
    """
    rows: list[dict[str, Any]] = []
    for estimate in analysis.results["estimates"]:
        if (estimate["quantity"], estimate["method"]) == (AGREEMENT, TWO_WAY_ROBUST):
            ends: Mapping[str, float] = estimate["interval"] or {}
            rows.append(
                {
                    "mark": "estimate",
                    "condition": estimate["condition"],
                    "id": "",
                    "value": estimate["value"],
                    "low": ends.get("low"),
                    "high": ends.get("high"),
                }
            )
    for kind in ("participant", "feature"):
        means = analysis.blocks.groupby(
            ["condition", f"{kind}_id"], as_index=False
        ).agg(value=("tau", "mean"))
        means = means.dropna().rename(columns={f"{kind}_id": "id"}).assign(mark=kind)
        rows += [
            {str(k): v for k, v in row.items()} for row in means.to_dict("records")
        ]
    names = ["mark", "condition", "id", "value", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def draw_agreement(table: pd.DataFrame) -> Figure:
    """Draw the first figure from its marks."""
    estimates = table.loc[table["mark"] == "estimate"].set_index("condition")
    conditions = ordered_conditions(list(estimates.index))
    figure, axes = new_axes(3.3)
    if not conditions:
        say_nothing_to_show(axes, "no agreement to show")
        return figure
    axes.axhline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    for x, condition in enumerate(conditions):
        color, marker = look(condition)
        for kind, shift in (("participant", -0.28), ("feature", 0.28)):
            is_kind = (table["mark"] == kind) & (table["condition"] == condition)
            values = table.loc[is_kind, "value"].to_numpy(dtype=float)
            sideways, upwards = spread(values, half_width=0.15, pitch=0.02)
            is_feature = kind == "feature"
            axes.scatter(
                x + shift + sideways,
                values + upwards,
                s=5 if is_feature else 3.5,
                marker="d" if is_feature else "o",
                facecolors="none" if is_feature else color,
                edgecolors=color,
                linewidths=0.45 if is_feature else 0,
                alpha=0.7,
            )
        row = estimates.loc[condition]
        if pd.notna(row["low"]):
            axes.vlines(x, row["low"], row["high"], color=INK, linewidth=1.6)
        axes.scatter(
            [x], [row["value"]], s=20, marker=marker, color=color, zorder=4,
            edgecolors="white", linewidths=0.7,
        )  # fmt: skip
        axes.text(
            x,
            1.03,
            f"{row['value']:.2f}",
            ha="center",
            va="bottom",
            fontweight="bold",
            color=color,
            transform=axes.get_xaxis_transform(),
        )
    axes.set_xticks(range(len(conditions)), [wrapped(c) for c in conditions])
    axes.set_xlim(-0.55, len(conditions) - 0.45)
    lowest = float(table[["value", "low"]].min().min())
    axes.set_ylim(min(lowest, 0) - 0.06, 1.04)
    axes.set_ylabel("agreement with the network (τ-b)")
    axes.tick_params(axis="x", length=0)
    return figure


def ratings_data(analysis: RatingAnalysis) -> pd.DataFrame:
    """Marks of the second figure.

    Returns:
        One row per condition and tenth of the activation percentile: condition,
        activation_percentile and rating (means, 0 to 100), n_ratings.
    """
    ratings = analysis.ratings
    percentile = ratings["activation_percentile"].astype(float)
    tenth = np.minimum((percentile // (100 / N_BINS)).astype(int), N_BINS - 1)
    table = (
        ratings.assign(
            tenth=tenth, activation_percentile=percentile, n_ratings=1,
            rating=ratings["rating"].astype(float),
        )
        .groupby(["condition", "tenth"], as_index=False)
        .agg(
            activation_percentile=("activation_percentile", "mean"),
            rating=("rating", "mean"),
            n_ratings=("n_ratings", "sum"),
        )
    )  # fmt: skip
    return table[["condition", "activation_percentile", "rating", "n_ratings"]]


def draw_ratings(table: pd.DataFrame) -> Figure:
    """Draw the second figure from its marks."""
    figure, axes = new_axes(3.0)
    conditions = ordered_conditions(list(table["condition"].unique()))
    if not conditions:
        say_nothing_to_show(axes, "no rating to show")
        return figure
    axes.plot([0, 100], [0, 100], color=GREY, linewidth=0.7, linestyle=(0, (4, 3)))
    for condition in conditions:
        color, marker = look(condition)
        part = table.loc[table["condition"] == condition]
        axes.plot(
            part["activation_percentile"].to_numpy(dtype=float),
            part["rating"].to_numpy(dtype=float),
            color=color,
            marker=marker,
            markersize=3.5,
            linewidth=1.0,
            label=condition_label(condition),
        )
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    axes.set_xlabel("activation of the photograph (percentile)")
    axes.set_ylabel("mean rating")
    axes.legend(loc="upper left")
    return figure
