"""What a confidence level is worth, and insight of each condition."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.accuracy import spread
from analysis.figures.style import (
    GREY,
    INK,
    WIDTH_IN,
    look,
    percent_axis,
    say_nothing_to_show,
)
from analysis.measures import accuracy_by
from analysis.results import Analysis
from analysis.wording import condition_label

COLUMNS = (
    "mark",
    "condition",
    "confidence",
    "predicted",
    "value",
    "low",
    "high",
    "n_responses",
)


MIN_RESPONSES = 3
"""A participant's share at a level is shown from this many answers on."""


def data(analysis: Analysis) -> pd.DataFrame:
    """Marks: "level" and "participant" (share right), "auroc2" per condition."""
    insight = analysis.results["insight"]
    rows = [
        {**row, "mark": "level", "value": row["accuracy"]} for row in insight["bins"]
    ]
    rows += _people(
        analysis, {row["confidence"]: row["accuracy"] for row in insight["bins"]}
    )
    rows += [
        {
            "mark": "auroc2",
            "condition": row["condition"],
            "value": row["value"],
            "low": (row["interval"] or {}).get("low"),
            "high": (row["interval"] or {}).get("high"),
        }
        for row in insight["auroc2"]
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _people(analysis: Analysis, rates: dict[int, float]) -> list[dict[str, Any]]:
    """Share right of each participant at each level they used often enough."""
    rated = analysis.responses.loc[analysis.responses["confidence"].isin(list(rates))]
    if rated.empty:
        return []
    shares = accuracy_by(rated, ["participant_id", "confidence"])
    often = shares.loc[shares["n_responses"] >= MIN_RESPONSES]
    return [
        {
            "mark": "participant",
            "confidence": row["confidence"],
            "predicted": rates[row["confidence"]],
            "value": row["accuracy"],
            "n_responses": row["n_responses"],
        }
        for row in often.to_dict("records")
    ]


def draw(table: pd.DataFrame) -> Figure:
    """Left: reliability diagram; right: AUROC2 per condition."""
    rows = table.loc[table["mark"] == "auroc2"].reset_index(drop=True)
    height = max(2.0, 0.9 + 0.3 * len(rows))
    figure = Figure(figsize=(2 * WIDTH_IN, height), layout="constrained")
    if table.empty:
        say_nothing_to_show(figure.add_subplot(), "no confidence to show")
        return figure
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.4])
    levels = table.loc[table["mark"] == "level"]
    shown = pd.concat([levels["predicted"], levels["value"]]).dropna()
    ends = min(0.45, float(shown.min()) - 0.05) if len(shown) else 0.45, 1.02
    left.plot(ends, ends, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    people = table.loc[table["mark"] == "participant"]
    for _, part in people.groupby("confidence"):
        sideways, _ = spread(part["value"].to_numpy(dtype=float), half_width=0.03)
        x = part["predicted"] + sideways
        left.scatter(x, part["value"], s=7, color=GREY, alpha=0.6, linewidths=0)
    left.scatter(levels["predicted"], levels["value"], s=26, color=INK, zorder=3)
    for row in levels.to_dict("records"):
        left.annotate(
            f"{int(row['confidence'])}",
            (row["predicted"], row["value"]),
            xytext=(5, -8),
            textcoords="offset points",
            fontsize=7,
        )
    left.set_xlim(*ends)
    left.set_ylim(-0.03, 1.03)
    percent_axis(left.xaxis)
    percent_axis(left.yaxis)
    left.set_xlabel("share right of all at this confidence (%)")
    left.set_ylabel("share right of one participant (%)")
    right.axvline(0.5, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    for y, row in enumerate(rows.to_dict("records")):
        color, marker = look(row["condition"])
        right.hlines(y, row["low"], row["high"], color=INK, linewidth=1.6)
        right.scatter(
            [row["value"]],
            [y],
            s=28,
            marker="o" if row["condition"] == "all" else marker,
            color=INK if row["condition"] == "all" else color,
            edgecolors="white",
            linewidths=0.7,
            zorder=3,
        )
    names = [
        "all conditions" if c == "all" else condition_label(c)
        for c in rows["condition"]
    ]
    right.set_yticks(range(len(rows)), names)
    right.set_ylim(len(rows) - 0.5, -0.5)
    right.tick_params(axis="y", length=0)
    right.spines["left"].set_visible(False)
    right.set_xlabel("AUROC2 (0.5: no insight)")
    return figure
