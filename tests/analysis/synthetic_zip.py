"""Tables written as a study export, strictly by its format page."""

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.schema import COLUMN_TYPES, KEYS, LEVELS, OPTIONAL

Tables = dict[str, pd.DataFrame]

EXCLUSIONS: tuple[dict[str, Any], ...] = (
    {"name": "did_not_finish"},
    {"name": "instructions_too_fast", "min_ms": 20000},
    {"name": "catch", "min_correct": 3},
    {"name": "rarer_side", "min_share": 0.111},
)
ORDER = {
    "participants": "session_id participant_id study_version slot_index list_index "
    "sequence_index pair_offset stage outcome is_simulated language consented_at "
    "instructions_ms main_started_at completed_at n_main_trials n_main_responses "
    "difficulty strategy data_use last_seen_at",
    "trials": "trial_id session_id participant_id trial_index block_index trial_kind "
    "condition feature_id query_pair_id stratum activation_gap target_stimulus_id "
    "distractor_stimulus_id correct_option panel_stimulus_ids first_served_at",
    "responses": "response_id trial_id session_id participant_id trial_index "
    "block_index trial_kind condition feature_id query_pair_id stratum activation_gap "
    "choice correct_option is_correct confidence rt_ms panel_onset_ms onset_ms "
    "response_ms frame_interval_ms onset_method input_modality hidden_ms n_onsets "
    "viewport_width_px viewport_height_px device_pixel_ratio received_at is_late "
    "n_conflicts",
}
GUARDED = {"feature_id", "query_pair_id", "strategy"}


def codebook() -> dict[str, Any]:
    """A codebook that documents every column."""
    ordered = {name: ORDER[name].split() for name in KEYS}
    ordered |= {name: list(columns) for name, columns in OPTIONAL.items()}
    types = {**COLUMN_TYPES, **OPTIONAL}
    return {
        "schema_version": 1,
        "tables": {
            table: {column: _entry(column, types[table][column]) for column in columns}
            for table, columns in ordered.items()
        },
    }


def _entry(column: str, kind: str) -> dict[str, Any]:
    return {
        "type": kind,
        "unit": None,
        "levels": list(LEVELS[column]) if column in LEVELS else None,
        "range": [1, 3] if column == "confidence" else None,
        "missing": "not known",
        "formula_guard": column in GUARDED,
        "meaning": f"The {column}.",
    }


def to_csv(table: pd.DataFrame, columns: list[str]) -> bytes:
    """The table as the format page wants it."""
    cells = {column: [_cell(v, column) for v in table[column]] for column in columns}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*cells.values(), strict=True))
    return out.getvalue().encode()


def _cell(value: Any, column: str) -> str:
    if pd.isna(value) or (column == "block_index" and value == -1):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, pd.Timestamp):
        return value.isoformat().replace("+00:00", "Z")
    if column.startswith("n_") or column.endswith("_index"):
        return str(int(value))
    text = str(value)
    return f"'{text}" if column in GUARDED and text[:1] in tuple("=+-@\t\r") else text


def write_zip(
    path: Path,
    tables: Tables,
    *,
    exclusions: tuple[dict[str, Any], ...] = EXCLUSIONS,
    book: dict[str, Any] | None = None,
    header: dict[str, Any] | None = None,
) -> Path:
    """Write tables as an export; `book` and `header` replace what is written."""
    files = {
        f"{name}.csv": to_csv(table, _columns(table, name))
        for name, table in tables.items()
    }
    files["codebook.json"] = json.dumps(book or codebook()).encode()
    facts = {
        "schema_version": 1,
        "study_id": "demo",
        "study_version": 1,
        "study_title": "Which image does the network like?",
        "definition": {"exclusions": list(exclusions)},
        "definition_sha256": "d" * 64,
        "bundle_id": "demo-0123456789ab",
        "manifest_sha256": "e" * 64,
        "server_version": "0.1.0",
        "exported_at": "2025-03-02T00:00:00Z",
        "sessions": "all",
        "n_rows": {name: len(table) for name, table in tables.items()},
        "n_sessions_left_out": 0,
        "table_sha256": {
            name: hashlib.sha256(content).hexdigest() for name, content in files.items()
        },
    }
    files["export.json"] = json.dumps({**facts, **(header or {})}).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _columns(table: pd.DataFrame, name: str) -> list[str]:
    """The columns the table has, in the order of the page, others last."""
    known = (ORDER.get(name) or " ".join(OPTIONAL[name])).split()
    known_here = [c for c in known if c in table]
    return known_here + [str(c) for c in table if c not in known]
