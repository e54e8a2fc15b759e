"""A study export read from its zip and checked before anything uses it."""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.archive import AGAIN, read_export_files, read_json, sha256_of_export
from analysis.codebook import read_codebook
from analysis.columns import parse_column
from analysis.errors import ExportFormatError
from analysis.hidden_truth import MAIN, TRUTH, without_truth
from analysis.integrity import check_tables_agree
from analysis.schema import (
    ALWAYS_FILLED,
    CHOICE,
    EXPORT_KEYS,
    KEYS,
    LEVELS,
    OF_A_CHOICE,
    OPTIONAL,
    PLATFORM_ID_COLUMNS,
    RATING,
    SCHEMA_VERSION,
)

PERSON_ORDER = ["participant_id", "session_id"]
TRIAL_ORDER = [*PERSON_ORDER, "trial_index", "trial_id"]


@dataclass(frozen=True, kw_only=True)
class StudyExport:
    """What one export holds, typed and checked."""

    header: Mapping[str, Any]
    """The content of `export.json`."""

    participants: pd.DataFrame
    """One row per session, also of those who stopped."""

    trials: pd.DataFrame
    """One row per planned trial, sorted by session and trial_index, joined with its
    answer: `is_shown`, `is_answered`, and the columns of the response or missing."""

    sha256: str
    """See `sha256_of_export`."""

    machine_answers: pd.DataFrame | None = None
    """One row per query pair, panel and method: what machines choose. None: the export
    does not say."""

    stimuli: pd.DataFrame | None = None
    """One row per image: its class and perceptual hash. None: as above."""

    @property
    def definition(self) -> Mapping[str, Any]:
        """The study definition."""
        definition: Mapping[str, Any] = self.header["definition"]
        return definition

    @property
    def task(self) -> str:
        """What a trial asks, as the study definition calls it."""
        return str(dict(self.definition.get("design", {})).get("task", CHOICE))

    @property
    def option_names(self) -> tuple[str, str] | None:
        """What `left` and `right` were to people; None where nobody knows the sides."""
        names = self.header.get("option_names", LEVELS["choice"])
        return names and (str(names[0]), str(names[1]))

    @property
    def is_rating(self) -> bool:
        """Whether the answers are ratings of single photographs, not choices."""
        return self.task == RATING

    @property
    def responses(self) -> pd.DataFrame:
        """The planned trials that were answered."""
        return self.trials.loc[self.trials["is_answered"]]


def load_export(path: Path, *, hides_truth: bool = False) -> StudyExport:
    """Read and check a study export, a zip or a folder with its files.

    Args:
        hides_truth: leave out who was right in main trials, for a blind look. Exports
            that were made while nobody is to see it are read only so.

    Raises:
        ExportFormatError: the file is no export, is damaged, or differs from its
            codebook. The message names the table and the column.
    """
    files = read_export_files(path)
    header = read_json(files, "export.json", path)
    _check_header(header, path, hides_truth=hides_truth)
    _check_hashes(header, files)
    codebook = read_codebook(read_json(files, "codebook.json", path))
    tables = {
        name: _read_table(name, files, codebook[name], header)
        for name in (*KEYS, *(name for name in OPTIONAL if f"{name}.csv" in files))
    }
    if hides_truth:
        tables |= {name: without_truth(tables[name]) for name in TRUTH}
    _check_filled(tables, hides_truth=hides_truth)
    check_tables_agree(tables)
    return StudyExport(
        header=header,
        participants=sorted_by(tables["participants"], PERSON_ORDER),
        trials=_join(tables["trials"], tables["responses"]),
        sha256=sha256_of_export(path),
        machine_answers=tables.get("machine_answers"),
        stimuli=tables.get("stimuli"),
    )


def _check_header(header: Mapping[str, Any], path: Path, *, hides_truth: bool) -> None:
    if header.get("schema_version") != SCHEMA_VERSION:
        raise ExportFormatError(
            f"export.json of {path.name} has schema_version "
            f"{header.get('schema_version')!r}; this analysis reads {SCHEMA_VERSION}. "
            "Use the study-analysis that belongs to the study-server."
        )
    if header.get("is_blind") and not hides_truth:
        raise ExportFormatError(
            f"{path.name} was exported while nobody is to see who was right in main "
            "trials, so nothing can be reported. Close the study, or let an owner "
            "unblind it, and export it again. Meanwhile `study-analysis interim` shows "
            "exclusions and precision."
        )
    if missing := [key for key in EXPORT_KEYS if key not in header]:
        raise ExportFormatError(
            f"export.json of {path.name} lacks {', '.join(missing)}. {AGAIN}"
        )
    for key, (kind, noun) in EXPORT_KEYS.items():
        if not isinstance(header[key], kind) or isinstance(header[key], bool):
            raise ExportFormatError(
                f"export.json: {key} must be {noun}; got {header[key]!r}. {AGAIN}"
            )


def _check_hashes(header: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Check the tables that are read; others may lie beside them."""
    listed = header["table_sha256"]
    maybe = [table for table in OPTIONAL if f"{table}.csv" in files]
    for name in sorted(f"{table}.csv" for table in (*KEYS, *maybe)):
        if name not in files or name not in listed:
            raise ExportFormatError(
                f"export.json and the zip disagree about {name}: listed with a "
                f"checksum: {name in listed}, in the zip: {name in files}. {AGAIN}"
            )
        found = hashlib.sha256(files[name]).hexdigest()
        if found != listed[name]:
            raise ExportFormatError(
                f"{name} was changed after the export: SHA-256 {found[:12]}…, "
                f"export.json says {str(listed[name])[:12]}…. {AGAIN}"
            )


def _read_table(
    name: str,
    files: Mapping[str, bytes],
    entries: Mapping[str, dict[str, Any]],
    header: Mapping[str, Any],
) -> pd.DataFrame:
    cells = _read_cells(name, files[f"{name}.csv"])
    _check_columns(name, list(cells.columns), list(entries))
    if len(cells) != header["n_rows"].get(name):
        raise ExportFormatError(
            f"table {name} has {len(cells)} rows; export.json says "
            f"{header['n_rows'].get(name)}. {AGAIN}"
        )
    parsed = {
        column: parse_column(
            cells[column],
            {**entry, "levels": entry.get("levels") or LEVELS.get(column)},
            where=f"table {name}, column {column}",
        )
        for column, entry in entries.items()
    }
    return pd.DataFrame(parsed, index=cells.index)


def _check_filled(tables: Mapping[str, pd.DataFrame], *, hides_truth: bool) -> None:
    for name, table in tables.items():
        for column in ALWAYS_FILLED[name]:
            is_empty = table[column].isna()
            if hides_truth and column in TRUTH.get(name, ()):
                is_empty &= ~table["trial_kind"].isin(MAIN)
            if column in OF_A_CHOICE and "task" in table:
                is_empty &= table["task"] != RATING
            _refuse_empty(is_empty, name, column)
    responses = tables["responses"]
    if {"task", "rating"} <= set(responses.columns):
        is_rated = responses["task"] == RATING
        _refuse_empty(is_rated & responses["rating"].isna(), "responses", "rating")


def _refuse_empty(is_empty: "pd.Series[bool]", name: str, column: str) -> None:
    if is_empty.any():
        row = int(is_empty.to_numpy().argmax()) + 1
        raise ExportFormatError(
            f"table {name}, column {column}: empty in data row {row}; every row "
            f"needs one. {AGAIN}"
        )


def _read_cells(name: str, content: bytes) -> pd.DataFrame:
    """The cells as text. Rows longer or shorter than the header are refused.

    The standard reader is used because pandas fills short rows and cuts long ones.
    """
    try:
        text = io.StringIO(content.decode("utf-8"), newline="")
        rows = list(csv.reader(text, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ExportFormatError(
            f"table {name}: {name}.csv is not a UTF-8 table ({error}). {AGAIN}"
        ) from error
    if not rows:
        raise ExportFormatError(f"table {name}: {name}.csv is empty. {AGAIN}")
    header, *body = rows
    for number, row in enumerate(body, start=1):
        if len(row) != len(header):
            raise ExportFormatError(
                f"table {name}: data row {number} has {len(row)} cells; the header "
                f"has {len(header)} columns. {AGAIN}"
            )
    return pd.DataFrame(body, columns=header, dtype=str)


def _check_columns(name: str, found: list[str], documented: list[str]) -> None:
    if twice := [column for column in found if found.count(column) > 1]:
        raise ExportFormatError(
            f"table {name}, column {twice[0]}: stands more than once in {name}.csv. "
            f"{AGAIN}"
        )
    if missing := [column for column in documented if column not in found]:
        raise ExportFormatError(
            f"table {name}, column {missing[0]}: missing; {name}.csv has "
            f"{', '.join(found)}. {AGAIN}"
        )
    if extra := [column for column in found if column not in documented]:
        raise ExportFormatError(
            f"table {name}, column {extra[0]}: in {name}.csv but not in codebook.json, "
            f"so nobody knows what it means. {AGAIN}"
        )
    if revealing := [c for c in found if c.lower() in PLATFORM_ID_COLUMNS]:
        raise ExportFormatError(
            f"table {name}, column {revealing[0]}: looks like a recruitment "
            "platform's id of a person, which must not leave the server. "
            "Remove it at the source and export again."
        )


def _join(trials: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    own = [c for c in responses.columns if c == "trial_id" or c not in trials.columns]
    joined = trials.merge(responses[own], on="trial_id", how="left", validate="1:1")
    joined["is_answered"] = joined["response_id"].notna()
    joined["is_shown"] = joined["first_served_at"].notna() | joined["is_answered"]
    return sorted_by(joined, TRIAL_ORDER)


def sorted_by(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The rows in order, numbered anew."""
    return table.sort_values(by, kind="stable").reset_index(drop=True)
