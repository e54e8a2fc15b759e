"""How sure people were, and whether they had reason to be."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.style import (
    GREY,
    INK,
    WIDTH_IN,
    look,
    percent_axis,
    say_nothing_to_show,
)
from analysis.measures import ordered_conditions
from analysis.results import Analysis
from analysis.wording import condition_label

SHADES = ("#dddddd", "#a6a6a6", "#4d4d4d")
MIN_RESPONSES = 5
"""A condition's accuracy at a confidence is drawn from this many responses on."""


def data(analysis: Analysis) -> pd.DataFrame:
    """Responses per condition and confidence, and all conditions together.

    Returns:
        condition ("" for all together), confidence, n_responses, accuracy, low, high.
    """
    rows = [
        {**row, "accuracy": row["n_correct"] / row["n_responses"]}
        for row in analysis.results["confidence"]
    ]
    for estimate in analysis.results["estimates"]:
        if estimate["quantity"] == "accuracy_at_confidence":
            interval = estimate["interval"] or {}
            rows.append(
                {
                    "condition": "",
                    "confidence": estimate["confidence"],
                    "n_responses": estimate["n_responses"],
                    "accuracy": estimate["value"],
                    "low": interval.get("low"),
                    "high": interval.get("high"),
                }
            )
    names = ["condition", "confidence", "n_responses", "accuracy", "low", "high"]
    return pd.DataFrame(rows, columns=names).fillna({"condition": ""})


def draw(table: pd.DataFrame) -> Figure:
    """Left: shares of the confidence levels; right: accuracy at each level."""
    table = table.fillna({"condition": ""})
    figure = Figure(figsize=(WIDTH_IN, 3.7), layout="constrained")
    if table.empty:
        say_nothing_to_show(figure.add_subplot(), "no confidence to show")
        return figure
    top, bottom = figure.subplots(2, 1, height_ratios=[1, 1.5])
    conditions = ordered_conditions([c for c in table["condition"].unique() if c])
    _draw_shares(top, table, conditions)
    _draw_accuracy(bottom, table, conditions)
    figure.legend(
        *bottom.get_legend_handles_labels(),
        loc="outside lower center",
        ncols=2,
        handletextpad=0.2,
        columnspacing=1.2,
    )
    return figure


def _draw_shares(axes: Axes, table: pd.DataFrame, conditions: list[str]) -> None:
    for y, condition in enumerate(conditions):
        part = table.loc[table["condition"] == condition].set_index("confidence")
        n = part["n_responses"].sum()
        left = 0.0
        for level, shade in zip((1, 2, 3), SHADES, strict=True):
            share = float(part["n_responses"].get(level, 0)) / n
            axes.barh(y, share, left=left, color=shade, height=0.7)
            if share >= 0.08:
                color = "white" if level == 3 else INK
                axes.text(
                    left + share / 2,
                    y,
                    f"{level}",
                    ha="center",
                    va="center",
                    color=color,
                    fontsize=7,
                )
            left += share
    axes.set_yticks(range(len(conditions)), [condition_label(c) for c in conditions])
    axes.set_ylim(len(conditions) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_xlabel("responses at confidence 1, 2, 3 (%)")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    percent_axis(axes.xaxis)


def _draw_accuracy(axes: Axes, table: pd.DataFrame, conditions: list[str]) -> None:
    axes.axhline(0.5, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    offsets = np.linspace(-0.22, 0.22, max(len(conditions), 2))
    for offset, condition in zip(offsets, conditions, strict=False):
        color, marker = look(condition)
        part = table.loc[
            (table["condition"] == condition) & (table["n_responses"] >= MIN_RESPONSES)
        ]
        axes.scatter(
            part["confidence"] + offset,
            part["accuracy"],
            s=16,
            marker=marker,
            color=color,
            alpha=0.8,
            linewidths=0,
            label=condition_label(condition),
        )
    overall = table.loc[table["condition"] == ""]
    axes.plot(overall["confidence"], overall["accuracy"], color=INK, linewidth=1)
    axes.vlines(
        overall["confidence"], overall["low"], overall["high"], color=INK, linewidth=1.6
    )
    labels = [
        f"{int(row['confidence'])}\nn = {int(row['n_responses'])}"
        for row in overall.to_dict("records")
    ]
    axes.set_xticks(list(overall["confidence"]), labels)
    axes.set_xlim(0.6, 3.4)
    shown = table.loc[table["n_responses"] >= MIN_RESPONSES, ["accuracy", "low"]]
    axes.set_ylim(min(0.45, float(shown.min().min()) - 0.03), 1.03)
    axes.set_xlabel("confidence")
    axes.set_ylabel("correct choices (%)")
    percent_axis(axes.yaxis)
