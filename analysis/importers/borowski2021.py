"""Trials of Borowski et al. (ICLR 2021), one CSV file per experiment.

Source: Borowski et al. (2021), Exemplary Natural Images Explain CNN Activations
    Better than State-of-the-Art Feature Visualization, ICLR.
"""

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.importers.borowski_checks import all_checks, all_notes
from analysis.importers.cells import Cells, ImportFormatError, read_cells, whole
from analysis.importers.trial_table import TRIAL_COLUMNS, Imported, answered_by

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
KINDS = {
    "practice": "practice",
    "main": "main",
    "catch": "catch",
    "catch_trial": "catch",
    "repeated": "main",
    "repeat": "main",
}
REPEATED = ("repeated", "repeat")
SIDES = {"a": "left", "b": "right"}
"""Options stood one above the other: a is the upper and first one."""

FIRST, SECOND = "I", "II"
SECOND_ONLY = (
    "batch_block",
    "instruction_grid_mode",
    "n_instruction_patches",
    "expert_level",
)
"""Columns that only Experiment II has."""

CELL_COLUMN = "condition_name"
"""Of Experiment II: which reference images, and how many."""

CELLS = ("Max-1", "Max-9", "Min-Max-1", "Min-Max-9")
GRIDS = {"max_max": "Max", "min_max": "Min-Max"}

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


WORKING = (
    "said_correct",
    "signed_rating",
    "old_trial",
    "named_cell",
    "grid_cell",
    "where",
)
"""Columns that only the checks read."""


def read_borowski2021(paths: Sequence[Path]) -> Imported:
    """The trials of the given files in one table.

    Conditions, strata (the cells of Experiment II), features and pairs are ours; a
    repeated trial stays main with is_repeat true and counts in no accuracy. Both
    experiments count their people from 1, so ids begin with the experiment: I-1, II-1.
    A file with the content of an earlier one is left out with a note.

    Raises:
        ImportFormatError: a column is missing or holds a value nobody described.
    """
    if not paths:
        raise ImportFormatError("no file was given; name the CSV of each experiment.")
    used, notes = _once_each(paths)
    parts = [_read_experiment(path) for path in used]
    _name_sessions(parts, used)
    trials = pd.concat(parts, ignore_index=True)
    return Imported(
        source=SOURCE,
        title=TITLE,
        option_names=("upper", "lower"),
        trials=trials.drop(columns=list(WORKING)),
        checks=all_checks(trials),
        notes=(*notes, *all_notes(trials)),
    )


def is_experiment(header: Collection[str]) -> bool:
    """Whether a file with these columns is an experiment of this source at all."""
    return {"subject_id", "instr_type", "trial_type"} <= set(header)


def _once_each(paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The paths without copies of earlier ones, and a note about each copy."""
    first_with: dict[str, Path] = {}
    notes = []
    for path in paths:
        try:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise ImportFormatError(
                f"cannot read {path} ({error}). Check the path."
            ) from error
        if first := first_with.get(content):
            notes.append(f"{path} has the content of {first} and was skipped.")
        else:
            first_with[content] = path
    return list(first_with.values()), notes


def _read_experiment(path: Path) -> pd.DataFrame:
    cells = read_cells(path, words=["instr_type"])
    cells.require(REQUIRED)
    cells = cells.with_whole(["response", "correct_response", "subject_id"])
    kind = cells.levels("trial_type", KINDS)
    if kind.isna().any():
        cells.refuse("trial_type", "empty in some row; every trial needs its kind.")
    is_catch = cells.boolean("catch_trial").fillna(value=False)
    kind = kind.mask((kind == "main") & is_catch, "catch")
    features = [whole(cells.text(c, default="?")) for c in REQUIRED[5:8]]
    feature_id = features[0] + "|" + features[1] + "|" + features[2]
    choice, correct_option = _sides(cells)
    experiment = SECOND if _is_second(cells) else FIRST
    named, by_grid = _named_cell(cells), _cell_of_grid(cells)
    cell = named.fillna(by_grid).fillna(cells.text(CELL_COLUMN))
    trials = pd.DataFrame(
        {
            "participant_id": f"{experiment}-" + cells.text("subject_id", default="?"),
            "session": experiment,
            "trial_index": cells.integer("trial_nr"),
            "trial_kind": kind,
            "is_repeat": cells.text("trial_type").str.lower().isin(REPEATED),
            "condition": _conditions(cells, kind),
            "stratum": cell.fillna(ALL_PAIRS) if experiment == SECOND else ALL_PAIRS,
            "feature_id": feature_id,
            "query_pair_id": _pairs(cells, feature_id),
            "choice": choice,
            "correct_option": correct_option,
            "is_correct": answered_by(choice, correct_option),
            "confidence": cells.integer("abs_conf_rating"),
            "rt_ms": 1000 * cells.number("RT"),
        }
    )
    row = pd.Series(range(1, len(trials) + 1), index=trials.index).astype(str)
    return trials[list(TRIAL_COLUMNS)].assign(
        phase=cells.text("instr_type").str.lower().map(PHASES),
        repeats_trial_index=cells.integer("old_trial_nr"),
        **{name: cells.text(name) for name in COVARIATES},
        said_correct=cells.boolean("correct"),
        signed_rating=cells.number("conf_rating"),
        old_trial=cells.integer("old_trial_nr"),
        named_cell=named,
        grid_cell=by_grid,
        where=f"{path.name}, data row " + row,
    )


def _is_second(cells: Cells) -> bool:
    """Experiment II has columns of its own, or names its cells."""
    own = [name for name in SECOND_ONLY if name in cells.table]
    if cells.table.empty:
        return bool(own) or CELL_COLUMN in cells.table
    has_own = any(cells.table[name].notna().any() for name in own)
    return has_own or bool(_named_cell(cells).notna().any())


def _named_cell(cells: Cells) -> "pd.Series[Any]":
    """The cell by its name, whatever its case and hyphens; missing if none of ours."""
    spelt = cells.text(CELL_COLUMN).str.lower().str.replace(r"[\s_]+", "-", regex=True)
    return spelt.map({name.lower(): name for name in CELLS})


def _cell_of_grid(cells: Cells) -> "pd.Series[Any]":
    """The cell by what was shown; missing where that is not told."""
    grid = cells.text("instruction_grid_mode").str.lower().map(GRIDS)
    derived = grid.astype(object) + "-" + whole(cells.text("n_instruction_patches"))
    return derived.where(derived.isin(CELLS))


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
