"""Accuracy per condition, with every participant and every feature."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.estimates import TWO_WAY_ROBUST
from analysis.figures.style import (
    GREY,
    INK,
    WIDTH_IN,
    look,
    new_axes,
    percent_axis,
    say_nothing_to_show,
    wrapped,
)
from analysis.intervals import FloatArray
from analysis.measures import accuracy_by, ordered_conditions
from analysis.results import Analysis

CHANCE = 0.5

ROW = 8
"""Dots of equal value that stand side by side before a second row begins."""


def data(analysis: Analysis) -> pd.DataFrame:
    """Marks of the figure.

    Returns:
        One row per mark: mark ("estimate", "participant" or "feature"), condition,
        id, value, low and high (estimates only), n_responses, n_participants,
        n_features.
    """
    rows = []
    for estimate in analysis.results["estimates"]:
        is_shown = estimate["quantity"] == "accuracy" and estimate["stratum"] is None
        if is_shown and estimate["method"] == TWO_WAY_ROBUST:
            rows.append(_mark("estimate", estimate["condition"], "", estimate))
    for kind in ("participant", "feature"):
        table = accuracy_by(analysis.responses, ["condition", f"{kind}_id"])
        rows += [
            {
                "mark": kind,
                "condition": row["condition"],
                "id": row[f"{kind}_id"],
                "value": row["accuracy"],
                "n_responses": row["n_responses"],
            }
            for row in table.to_dict("records")
        ]
    names = ["mark", "condition", "id", "value", "low", "high"]
    names += ["n_responses", "n_participants", "n_features"]
    return pd.DataFrame(rows, columns=names)


def _mark(
    kind: str, condition: str, name: str, estimate: dict[str, Any]
) -> dict[str, Any]:
    ends = estimate["interval"] or {}
    counts = ("value", "n_responses", "n_participants", "n_features")
    return {
        "mark": kind,
        "condition": condition,
        "id": name,
        "low": ends.get("low"),
        "high": ends.get("high"),
        **{name: estimate[name] for name in counts},
    }


def draw(table: pd.DataFrame) -> Figure:
    """Draw the figure from its marks."""
    conditions = ordered_conditions(list(table["condition"].unique()))
    figure, axes = new_axes(3.3, width_in=WIDTH_IN if len(conditions) < 6 else 7.0)
    if not conditions:
        say_nothing_to_show(axes, "no response to show")
        return figure
    axes.axhline(CHANCE, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    for x, condition in enumerate(conditions):
        part = table.loc[table["condition"] == condition]
        _draw_swarm(axes, part, x - 0.28, "participant", condition)
        _draw_swarm(axes, part, x + 0.28, "feature", condition)
        _draw_estimate(axes, part, x, condition)
    estimates = table.loc[table["mark"] == "estimate"].set_index("condition")
    n_responses = estimates["n_responses"].astype(int)
    axes.set_xticks(
        range(len(conditions)),
        [f"{wrapped(c)}\nn = {n_responses[c]}" for c in conditions],
        linespacing=1.25,
        fontsize=7.5 if len(conditions) < 4 else 6.8 if len(conditions) == 4 else 6,
    )
    axes.set_xlim(-0.55, len(conditions) - 0.45)
    lowest = float(table[["value", "low"]].min().min())
    axes.set_ylim(max(min(lowest, CHANCE) - 0.06, -0.03), 1.04)
    percent_axis(axes.yaxis)
    axes.set_ylabel("correct choices (%)")
    axes.tick_params(axis="x", length=0)
    return figure


def _draw_swarm(
    axes: Axes, part: pd.DataFrame, x: float, kind: str, condition: str
) -> None:
    """Dots of one kind, equal values spread sideways so that each is seen."""
    values = part.loc[part["mark"] == kind, "value"].to_numpy(dtype=float)
    is_feature = kind == "feature"
    color = look(condition).color
    sideways, upwards = spread(values, half_width=0.15, pitch=0.013)
    axes.scatter(
        x + sideways,
        values + upwards,
        s=4.5 if is_feature else 3,
        marker="d" if is_feature else "o",
        facecolors="none" if is_feature else color,
        edgecolors=color,
        linewidths=0.45 if is_feature else 0,
        alpha=0.8 if is_feature else 0.6,
        zorder=2,
    )


def spread(
    values: FloatArray, *, half_width: float, pitch: float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Offsets that part equal values, in rows around the value where they are many.

    Args:
        half_width: largest offset along the free axis, in its units.
        pitch: distance of two rows along the value axis. 0: a single row.

    Returns:
        Offsets along the free axis and along the value axis, each summing to about 0
        per value.
    """
    free, along = np.zeros(len(values)), np.zeros(len(values))
    if not len(values):
        return free, along
    rounded = np.round(values, 3)
    counts = [int((rounded == value).sum()) for value in np.unique(rounded)]
    n_columns = (
        max(ROW, math.ceil(math.sqrt(2 * max(counts)))) if pitch else max(counts)
    )
    step = 2 * half_width / max(n_columns - 1, ROW - 1)
    for value in np.unique(rounded):
        same = np.flatnonzero(rounded == value)
        row, column = np.divmod(np.arange(len(same)), n_columns)
        in_row = np.minimum(len(same) - row * n_columns, n_columns)
        free[same] = (column - (in_row - 1) / 2) * step
        along[same] = (row - row.max() / 2) * pitch
    return free, along


def _draw_estimate(axes: Axes, part: pd.DataFrame, x: int, condition: str) -> None:
    estimate = part.loc[part["mark"] == "estimate"].iloc[0]
    color, marker = look(condition)
    if pd.notna(estimate["low"]):
        axes.vlines(x, estimate["low"], estimate["high"], color=INK, linewidth=1.6)
        axes.hlines(
            [estimate["low"], estimate["high"]],
            x - 0.06,
            x + 0.06,
            color=INK,
            linewidth=1.0,
        )
    axes.scatter(
        [x],
        [estimate["value"]],
        s=20,
        marker=marker,
        color=color,
        edgecolors="white",
        linewidths=0.7,
        zorder=4,
    )
    axes.text(
        x,
        1.03,
        f"{100 * estimate['value']:.1f} %",
        ha="center",
        va="bottom",
        fontsize=7.5,
        fontweight="bold",
        color=color,
        transform=axes.get_xaxis_transform(),
    )
