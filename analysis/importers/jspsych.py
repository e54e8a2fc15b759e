"""Data of a jsPsych experiment, as CSV or JSON; also our own export under its names."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.importers.cells import Cells, ImportFormatError, as_cells, read_cells
from analysis.importers.named_columns import ColumnMap, imported_from, read_named
from analysis.importers.trial_table import Imported

SOURCE = "jspsych"
COLUMNS = ColumnMap(
    names={
        "participant_id": ("participant_id", "subject_id", "subject", "participant"),
        "session": ("session", "session_id", "run_id"),
        "trial_index": ("trial_index",),
        "trial_kind": ("trial_kind", "task", "phase"),
        "is_practice": ("is_demo", "is_practice"),
        "is_catch": ("catch_trial", "is_catch"),
        "condition": ("condition", "mode"),
        "stratum": ("stratum",),
        "feature_id": ("feature_id", "feature", "unit", "channel"),
        "query_pair_id": ("query_pair_id", "item", "stimulus_id", "trial_id"),
        "choice": ("choice", "response", "button_pressed"),
        "is_correct": ("is_correct", "correct"),
        "confidence": ("confidence",),
        "rt_ms": ("rt_ms", "rt"),
    }
)


def read_jspsych(
    paths: Sequence[Path], *, columns: Mapping[str, str] | None = None
) -> Imported:
    """The trials of the files; rows without `correct` (screens, surveys) are left out.

    Args:
        columns: our column -> theirs, where the usual names do not fit.
    """
    chosen = dict(columns or {})
    parts = [_read_file(path, COLUMNS.with_choices(chosen), chosen) for path in paths]
    if not parts:
        raise ImportFormatError("no file was given; name the CSV or JSON files.")
    return imported_from(
        SOURCE,
        "Imported from jsPsych",
        parts,
        "rows without `correct` are no trials and were left out.",
    )


def _read_file(
    path: Path, columns: ColumnMap, chosen: Mapping[str, str]
) -> pd.DataFrame:
    cells = _read_json(path) if path.suffix.lower() == ".json" else read_cells(path)
    return read_named(cells, columns, chosen=list(chosen))


def _read_json(path: Path) -> Cells:
    """A list of trials, or a list of such lists, one per participant."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ImportFormatError(f"cannot read {path} as JSON ({error}).") from error
    rows = _flat(found)
    if not rows:
        raise ImportFormatError(
            f"{path.name} holds no trials; expected a JSON list of objects."
        )
    named = [{str(k): _text(v) for k, v in row.items()} for row in rows]
    return as_cells(path, pd.DataFrame(named, dtype=object))


def _flat(found: object) -> list[Mapping[str, object]]:
    if isinstance(found, list):
        return [row for item in found for row in _flat(item)]
    return [found] if isinstance(found, dict) else []


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
