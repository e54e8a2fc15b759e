"""Responses of IMI (Zimmermann, Klein & Brendel 2023): natural against optimized.

Source: Zimmermann, Klein & Brendel (2023), Scale Alone Does not Improve Mechanistic
    Interpretability in Vision Models, NeurIPS; data on Zenodo, record 8131197.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.importers.cells import Cells, ImportFormatError, read_cells, whole
from analysis.importers.trial_table import (
    OPTIONS,
    TRIAL_COLUMNS,
    Check,
    Imported,
    answered_by,
    check_rows,
)

SOURCE = "imi2023"
TITLE = "IMI (Zimmermann, Klein & Brendel 2023), natural and optimized references"
REQUIRED = [
    "participant_id",
    "task_id",
    "response_index",
    "trial_index",
    "is_demo",
    "catch_trial",
    "choice",
    "correct",
    "confidence",
    "rt",
    "mode",
    "model",
    "layer",
    "channel",
    "batch",
]
CONDITIONS = {
    "natural": "natural",
    "optimized": "feature_visualization",
    "catch_trial": "catch",
}
SIDES = {"a": "left", "b": "right"}
DIFFICULTY = r"_(hard\d+)$"
STANDARD = "standard"
"""Difficulty window of a model without a suffix."""

FLAGS = ("passed_checks", "multi_participation")
"""What the source says about a participant; carried along, never applied."""

CHECKED = (
    "demo_trials",
    "catch_trials",
    "total_response_time",
    "row_variability",
    "instruction_time",
)
"""Checks of the source: each has a column `_result` and one `_details`."""


def read_imi2023(paths: Sequence[Path]) -> Imported:
    """The trials of the given files in one table, each response once.

    Raises:
        ImportFormatError: a column is missing or holds a value nobody described.
    """
    if not paths:
        raise ImportFormatError("no file was given; name responses_main.csv or others.")
    parts = [_read_responses(read_cells(path)) for path in paths]
    trials = pd.concat(parts, ignore_index=True)
    n_all = len(trials)
    key = ["participant_id", "session", "trial_index", "trial_kind"]
    if len(parts) > 1:  # responses_all.csv holds the rows of the other two again
        trials = trials.drop_duplicates(ignore_index=True)
    n_twice = n_all - len(trials)
    notes = [f"{n_twice} rows stood in more than one file; each counts once."]
    return Imported(
        source=SOURCE,
        title=TITLE,
        trials=trials.drop(columns="said_correct"),
        checks=_checks(trials, key),
        notes=tuple(notes if n_twice else []),
    )


def _on_screen(cells: Cells, choice: "pd.Series[Any]") -> "pd.Series[Any]":
    """The side that was chosen: the other one where the queries were switched."""
    if "switched_queries" not in cells.table:
        return choice
    is_switched = cells.boolean("switched_queries").fillna(value=False).astype(bool)
    other = choice.map(dict(zip(OPTIONS, reversed(OPTIONS), strict=True)))
    return choice.mask(is_switched, other)


def _read_responses(cells: Cells) -> pd.DataFrame:
    cells.require(REQUIRED)
    is_practice = cells.boolean("is_demo").fillna(value=False)
    is_catch = cells.boolean("catch_trial").fillna(value=False) & ~is_practice
    kind = pd.Series("main", index=cells.table.index, dtype=object)
    kind = kind.mask(is_catch, "catch").mask(is_practice, "practice")
    named = cells.text("model")
    difficulty = named.str.extract(DIFFICULTY, expand=False).fillna(STANDARD)
    model = named.str.replace(DIFFICULTY, "", regex=True)
    feature = _joined([model, cells.text("layer"), whole(cells.text("channel"))])
    choice = _on_screen(cells, cells.levels("choice", SIDES))
    right = cells.boolean("correct")
    correct_option = _correct_option(choice, right)
    batch = whole(cells.text("batch", default="?"))
    trials = pd.DataFrame(
        {
            "participant_id": cells.text("participant_id", default="?"),
            "session": _joined(
                [whole(cells.text("task_id")), whole(cells.text("response_index"))]
            ),
            "trial_index": cells.integer("trial_index"),
            "trial_kind": kind,
            "is_repeat": False,
            "condition": _conditions(cells, kind),
            "stratum": difficulty,
            "feature_id": feature,
            "query_pair_id": (feature + "/" + difficulty + "/" + batch).where(
                kind == "main"
            ),
            "choice": choice,
            "correct_option": correct_option,
            "is_correct": answered_by(choice, correct_option),
            "confidence": cells.integer("confidence"),
            "rt_ms": cells.number("rt"),
        }
    )
    flags = {name: cells.boolean(name) for name in FLAGS if name in cells.table}
    told = [f"{name}_{part}" for name in CHECKED for part in ("result", "details")]
    covariates = {name: cells.text(name) for name in told if name in cells.table}
    if "switched_queries" in cells.table:
        flags["switched_queries"] = cells.boolean("switched_queries")
    return trials[list(TRIAL_COLUMNS)].assign(
        model=model.where(kind == "main"),
        **flags,
        **covariates,
        said_correct=right,
    )


def _joined(parts: Sequence["pd.Series[Any]"]) -> "pd.Series[Any]":
    """Names joined by "|"; a missing one is a question mark."""
    first, *others = (part.fillna("?") for part in parts)
    for other in others:
        first = first + "|" + other
    return first


def _conditions(cells: Cells, kind: "pd.Series[Any]") -> "pd.Series[Any]":
    given = cells.levels("mode", CONDITIONS)
    unknown = given.isna() & (kind == "main")
    if unknown.any():
        cells.refuse("mode", "empty in a main trial; expected natural or optimized.")
    return given.where(kind == "main").fillna(kind)


def _correct_option(
    choice: "pd.Series[Any]", right: "pd.Series[Any]"
) -> "pd.Series[Any]":
    """The chosen option where the answer was right, else the other one."""
    other = choice.map(dict(zip(OPTIONS, reversed(OPTIONS), strict=True)))
    found = choice.where(right.fillna(value=True).astype(bool), other)
    return found.where(right.notna())


def _checks(trials: pd.DataFrame, key: list[str]) -> tuple[Check, ...]:
    main = trials.loc[trials["trial_kind"] == "main"]
    levels = main["confidence"].dropna()
    return (
        check_rows(
            "unique_trials",
            "a session has each trial number once.",
            trials,
            trials.duplicated(key),
        ),
        check_rows(
            "confidence_of_1_to_3",
            "confidence is 1, 2 or 3.",
            main.loc[levels.index],
            ~levels.isin([1, 2, 3]),
        ),
        check_rows(
            "features_are_named",
            "every main trial has a model, a layer and a channel.",
            main,
            main["feature_id"].str.contains("?", regex=False),
        ),
    )
