"""A trial table written as a study export, which `report` reads like any other."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.importers.trial_table import OPTIONS, Imported
from analysis.schema import COLUMN_TYPES, KEYS, LEVELS, SCHEMA_VERSION

GUARDED = tuple("=+-@\t\r")
"""A text cell that begins so gets an apostrophe: spreadsheets would compute it."""

NOT_KNOWN = "not known"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""Time of every file in the zip, so that the same data make the same bytes."""

Tables = Mapping[str, pd.DataFrame]


def export_files(imported: Imported) -> dict[str, bytes]:
    """The files of the export by name.

    Times of consent and the like stay empty: the source does not tell them.
    """
    tables = _tables(imported)
    files = {f"{name}.csv": _csv(table) for name, table in tables.items()}
    codebook = _codebook(tables, imported)
    files["codebook.json"] = _json(codebook)
    files["export.json"] = _json(_header(imported, tables, files))
    return files


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as one zip; the same files make the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, date_time=EPOCH)
            archive.writestr(info, files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _tables(imported: Imported) -> Tables:
    trials = imported.trials.copy()
    trials["session_id"] = trials["participant_id"] + "/" + trials["session"]
    number = trials.groupby("session_id", sort=False).cumcount().astype(str)
    trials["trial_id"] = trials["session_id"] + "/" + number
    is_repeat = trials["is_repeat"].astype(bool)
    trials["trial_kind"] = trials["trial_kind"].mask(is_repeat, "repeat")
    answered = trials.loc[trials["is_correct"].notna() & trials["choice"].notna()]
    # A trial nobody answered has an unknown correct option; the plan needs one.
    trials["correct_option"] = trials["correct_option"].fillna(OPTIONS[0])
    responses = answered.assign(
        response_id="r/" + answered["trial_id"], is_late=False, n_conflicts=0
    )
    return {
        "participants": _shaped(_participants(trials), "participants", []),
        "trials": _shaped(trials, "trials", imported.covariates),
        "responses": _shaped(responses, "responses", []),
    }


def _participants(trials: pd.DataFrame) -> pd.DataFrame:
    is_main = trials["trial_kind"] == "main"
    counts = pd.DataFrame(
        {
            "session_id": trials["session_id"],
            "participant_id": trials["participant_id"],
            "n_main_trials": is_main.astype(int),
            "n_main_responses": (is_main & trials["is_correct"].notna()).astype(int),
        }
    )
    table = counts.groupby(["session_id", "participant_id"], as_index=False).sum()
    return table.assign(
        study_version=1, stage="completed", outcome="completed", is_simulated=False
    )


def _shaped(table: pd.DataFrame, name: str, covariates: list[str]) -> pd.DataFrame:
    """All columns of the format in its order, missing where the source has none."""
    columns = {
        column: table[column] if column in table else pd.Series(pd.NA, table.index)
        for column in [*_ordered(name), *covariates]
    }
    return pd.DataFrame(columns, index=table.index)


def _ordered(name: str) -> list[str]:
    """The key first, then the columns of the format."""
    key = KEYS[name]
    return [key, *(c for c in COLUMN_TYPES[name] if c != key)]


def _kind(column: str, values: "pd.Series[Any]", known: Mapping[str, str]) -> str:
    if column in known:
        return known[column]
    if pd.api.types.is_bool_dtype(values.dtype):
        return "boolean"
    return "number" if pd.api.types.is_numeric_dtype(values.dtype) else "text"


def _codebook(tables: Tables, imported: Imported) -> dict[str, Any]:
    entries = {
        name: {
            column: {
                "type": (kind := _kind(column, table[column], COLUMN_TYPES[name])),
                "unit": None,
                "levels": list(LEVELS[column]) if column in LEVELS else None,
                "range": None,
                "missing": NOT_KNOWN,
                "formula_guard": kind == "text",
                "meaning": f"{column}, from {imported.source}",
            }
            for column in map(str, table)
        }
        for name, table in tables.items()
    }
    return {"schema_version": SCHEMA_VERSION, "tables": entries}


def _csv(table: pd.DataFrame) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*(_texts(table[c]) for c in table), strict=True))
    return out.getvalue().encode()


def _texts(values: "pd.Series[Any]") -> list[str]:
    """Cells as the format wants them: empty for missing, true and false, guarded."""
    return [_cell(value) for value in values]


def _cell(value: Any) -> str:
    if (
        value is None
        or value is pd.NA
        or (isinstance(value, float) and np.isnan(value))
    ):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    text = str(value)
    is_text = isinstance(value, str)
    return f"'{text}" if is_text and text.startswith(GUARDED) else text


def _header(
    imported: Imported, tables: Tables, files: Mapping[str, bytes]
) -> dict[str, Any]:
    definition = {"exclusions": [], "imported_from": imported.source}
    return {
        "schema_version": SCHEMA_VERSION,
        "study_id": imported.source,
        "study_version": 1,
        "study_title": imported.title,
        "option_names": imported.option_names and list(imported.option_names),
        "definition": definition,
        "definition_sha256": hashlib.sha256(_json(definition)).hexdigest(),
        "bundle_id": NOT_KNOWN,
        "manifest_sha256": NOT_KNOWN,
        "server_version": f"study-analysis import {imported.source}",
        "exported_at": NOT_KNOWN,
        "sessions": "real",
        "n_rows": {name: len(table) for name, table in tables.items()},
        "n_sessions_left_out": 0,
        "table_sha256": {
            name: hashlib.sha256(content).hexdigest()
            for name, content in files.items()
            if name.endswith(".csv")
        },
        "import_notes": [
            *imported.notes,
            *(f"Checked: {check.promise}" for check in imported.checks),
        ],
    }


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()
