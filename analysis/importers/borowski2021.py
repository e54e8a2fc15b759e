"""Trials of Borowski et al. (ICLR 2021), one CSV file per experiment.

Source: Borowski et al. (2021), Exemplary Natural Images Explain CNN Activations
    Better than State-of-the-Art Feature Visualization, ICLR.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.importers.cells import Cells, ImportFormatError, read_cells, whole
from analysis.importers.trial_table import (
    TRIAL_COLUMNS,
    Check,
    Imported,
    answered_by,
    check_rows,
)

SOURCE = "borowski2021"
TITLE = "Borowski et al. (2021), natural and synthetic reference images"
REQUIRED = [
    "subject_id",
    "trial_nr",
    "instr_type",
    "trial_type",
    "catch_trial",
    "layer",
    "kernel_size",
    "channel",
    "correct",
    "conf_rating",
    "RT",
    "response",
    "correct_response",
    "query_image_a",
    "query_image_b",
    "old_trial_nr",
    "abs_conf_rating",
]
CONDITIONS = {
    "natural": "natural",
    "optimized": "feature_visualization",
    "none_pre": "none",
    "none_post": "none",
    "none": "none",
}
PHASES = {"none_pre": "pre", "none_post": "post"}
KINDS = {"practice": "practice", "main": "main", "catch": "catch", "repeated": "main"}
SIDES = {"a": "left", "b": "right"}
"""Options stood one above the other: a is the upper and first one."""

CELL_COLUMN = "condition_name"
"""Only Experiment II has it: which reference images, and how many."""

COVARIATES = [
    "block_nr",
    "batch",
    "batch_block",
    "instruction_grid_mode",
    "n_instruction_patches",
    "expert_level",
    "query_order",
    "unit_name",
]
ALL_PAIRS = "all"
"""Stratum of Experiment I, which has a single kind of pair."""


def read_borowski2021(paths: Sequence[Path]) -> Imported:
    """The trials of the given files in one table.

    Conditions, strata (the cells of Experiment II), features and pairs are ours; a
    repeated trial stays main with is_repeat true and counts in no accuracy.

    Raises:
        ImportFormatError: a column is missing or holds a value nobody described.
    """
    parts = [_read_experiment(read_cells(path)) for path in paths]
    if not parts:
        raise ImportFormatError("no file was given; name the CSV of each experiment.")
    _name_sessions(parts, paths)
    trials = pd.concat(parts, ignore_index=True)
    return Imported(
        source=SOURCE,
        title=TITLE,
        trials=trials.drop(columns=["said_correct", "signed_rating", "old_trial"]),
        checks=_checks(trials),
        notes=_notes(trials),
    )


def is_experiment(cells: Cells) -> bool:
    """Whether a file looks like an experiment of this source at all."""
    return {"subject_id", "instr_type", "trial_type"} <= set(cells.table.columns)


def _read_experiment(cells: Cells) -> pd.DataFrame:
    cells.require(REQUIRED)
    kind = cells.levels("trial_type", KINDS)
    if kind.isna().any():
        cells.refuse("trial_type", "empty in some row; every trial needs its kind.")
    is_catch = cells.boolean("catch_trial").fillna(value=False)
    kind = kind.mask((kind == "main") & is_catch, "catch")
    features = [whole(cells.text(c, default="?")) for c in REQUIRED[5:8]]
    feature_id = features[0] + "|" + features[1] + "|" + features[2]
    choice, correct_option = _sides(cells)
    trials = pd.DataFrame(
        {
            "participant_id": whole(cells.text("subject_id", default="?")),
            "session": "II" if CELL_COLUMN in cells.table else "I",
            "trial_index": cells.integer("trial_nr"),
            "trial_kind": kind,
            "is_repeat": cells.text("trial_type").str.lower() == "repeated",
            "condition": _conditions(cells, kind),
            "stratum": cells.text(CELL_COLUMN, default=ALL_PAIRS),
            "feature_id": feature_id,
            "query_pair_id": _pairs(cells, feature_id),
            "choice": choice,
            "correct_option": correct_option,
            "is_correct": answered_by(choice, correct_option),
            "confidence": cells.integer("abs_conf_rating"),
            "rt_ms": 1000 * cells.number("RT"),
        }
    )
    return trials[list(TRIAL_COLUMNS)].assign(
        phase=cells.text("instr_type").str.lower().map(PHASES),
        repeats_trial_index=cells.integer("old_trial_nr"),
        **{name: cells.text(name) for name in COVARIATES},
        said_correct=cells.boolean("correct"),
        signed_rating=cells.number("conf_rating"),
        old_trial=cells.integer("old_trial_nr"),
    )


def _conditions(cells: Cells, kind: "pd.Series[Any]") -> "pd.Series[Any]":
    """Our names; practice and catch trials may have any or none."""
    given = cells.text("instr_type").str.lower()
    conditions = given.map(CONDITIONS)
    unknown = conditions.isna() & (kind == "main")
    if unknown.any():
        cells.refuse(
            "instr_type",
            f"{given[unknown].iloc[0]!r} in a main trial; expected one of "
            f"{', '.join(CONDITIONS)}.",
        )
    return conditions.fillna(kind)


def _pairs(cells: Cells, feature_id: "pd.Series[Any]") -> "pd.Series[Any]":
    """The unordered pair of query images, within its feature."""
    a = cells.text("query_image_a", default="?")
    b = cells.text("query_image_b", default="?")
    pairs = [
        f"{feature}/{min(one, other)}+{max(one, other)}"
        for feature, one, other in zip(feature_id, a, b, strict=True)
    ]
    return pd.Series(pairs, index=feature_id.index, dtype=object)


def _sides(cells: Cells) -> tuple["pd.Series[Any]", "pd.Series[Any]"]:
    """Choice and correct option; codes other than a and b are read by the rating."""
    given = cells.text("response")
    codes = {str(code).lower() for code in given.dropna()}
    if codes <= set(SIDES):
        return cells.levels("response", SIDES), cells.levels("correct_response", SIDES)
    side = np.sign(cells.number("conf_rating"))
    known: dict[str, str] = {}
    for code, signs in side.groupby(given.str.lower()):
        if set(signs.dropna()) not in ({-1.0}, {1.0}):
            cells.refuse("response", f"cannot tell which image {code!r} means.")
        known[str(code)] = "left" if signs.iloc[0] < 0 else "right"
    if len(set(known.values())) != len(known):
        cells.refuse("response", f"cannot tell which image each of {known} means.")
    return cells.levels("response", known), cells.levels("correct_response", known)


def _name_sessions(parts: list[pd.DataFrame], paths: Sequence[Path]) -> None:
    """Files of one experiment are one session unless they repeat a trial."""
    seen: dict[str, pd.MultiIndex] = {}
    for part, path in zip(parts, paths, strict=True):
        if part.empty:
            continue
        keys = pd.MultiIndex.from_frame(part[["participant_id", "trial_index"]])
        session = str(part["session"].iloc[0])
        if session in seen and keys.isin(seen[session]).any():
            session = f"{session} ({path.stem})"
            part["session"] = session
        seen[session] = keys.append(seen[session]) if session in seen else keys


def _checks(trials: pd.DataFrame) -> tuple[Check, ...]:
    """The promises of the source, looked up in every row."""
    answered = trials.loc[trials["is_correct"].notna()]
    rated = answered.loc[answered["signed_rating"].notna()]
    main = trials.loc[trials["trial_kind"] == "main"]
    is_upper = rated["signed_rating"] < 0
    key = ["session", "participant_id", "trial_index"]
    return (
        check_rows(
            "unique_trials",
            "a participant has each trial number once.",
            trials,
            trials.duplicated(key),
        ),
        check_rows(
            "correct_is_agreement",
            "`correct` says whether `response` is `correct_response`.",
            answered,
            answered["said_correct"] != answered["is_correct"],
        ),
        check_rows(
            "sign_of_rating",
            "`conf_rating` is negative where a was chosen, positive for b.",
            rated,
            is_upper != (rated["choice"] == "left"),
        ),
        check_rows(
            "old_trial_on_repeats",
            "`old_trial_nr` is filled exactly on repeated trials.",
            main,
            main["old_trial"].notna() != main["is_repeat"],
        ),
    )


def _notes(trials: pd.DataFrame) -> tuple[str, ...]:
    unanswered = int((trials["is_correct"].isna()).sum())
    if not unanswered:
        return ()
    return (f"{unanswered} trials have no answer and count in no accuracy.",)
