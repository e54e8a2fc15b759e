"""Several exports of one study, say of two waves or two servers, read as one."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.archive import sha256_of_export
from analysis.errors import ExportFormatError
from analysis.load import (
    PERSON_ORDER,
    TRIAL_ORDER,
    StudyExport,
    load_export,
    sorted_by,
)


def load_exports(paths: Sequence[Path], *, hides_truth: bool = False) -> StudyExport:
    """Read and check exports, and put their rows together.

    Sessions of one `participant_id` count as one person's, whichever export they stand
    in. The order of the paths changes nothing.

    Args:
        hides_truth: see `load_export`.

    Raises:
        ExportFormatError: see `load_export`; or the exports are of different studies,
            exclude by different rules, or share a session.
    """
    exports = sorted(
        (load_export(path, hides_truth=hides_truth) for path in paths),
        key=lambda export: export.sha256,
    )
    if len(exports) == 1:
        return exports[0]
    _check_one_study(exports)
    _check_no_session_twice(exports)
    people = pd.concat([export.participants for export in exports])
    trials = pd.concat([export.trials for export in exports])
    return StudyExport(
        header=_joined_header(exports),
        participants=sorted_by(people, PERSON_ORDER),
        trials=sorted_by(trials, TRIAL_ORDER),
        sha256=_sha256_of([export.sha256 for export in exports]),
        machine_answers=_together([export.machine_answers for export in exports]),
        stimuli=_together([export.stimuli for export in exports]),
    )


def _together(tables: Sequence[pd.DataFrame | None]) -> pd.DataFrame | None:
    """The rows of those that there are, each once."""
    found = [table for table in tables if table is not None]
    return pd.concat(found).drop_duplicates() if found else None


def _check_one_study(exports: Sequence[StudyExport]) -> None:
    for what, values in (
        ("study_id", [export.header["study_id"] for export in exports]),
        ("exclusions", [export.definition.get("exclusions") for export in exports]),
    ):
        if any(value != values[0] for value in values):
            raise ExportFormatError(
                f"the exports are not of one study: {what} is {values[0]!r} in one and "
                f"{next(v for v in values if v != values[0])!r} in another. Make a "
                "report of each, and put them side by side with `study-analysis "
                "compare`."
            )


def _check_no_session_twice(exports: Sequence[StudyExport]) -> None:
    sessions = pd.concat([export.participants["session_id"] for export in exports])
    if (double := sessions.duplicated()).any():
        raise ExportFormatError(
            f"session {sessions[double].iloc[0]!r} and {int(double.sum()) - 1} others "
            "stand in more than one of the exports. Give each session once: the newest "
            "export of a study holds those of the older ones."
        )


def _joined_header(exports: Sequence[StudyExport]) -> dict[str, Any]:
    """The header of the export made last, with the counts of all."""
    headers = [export.header for export in exports]
    last = max(headers, key=lambda header: str(header["exported_at"]))
    n_rows: dict[str, int] = {}
    for header in headers:
        for table, n in header["n_rows"].items():
            n_rows[table] = n_rows.get(table, 0) + n
    return {
        **last,
        "n_rows": n_rows,
        "n_sessions_left_out": sum(header["n_sessions_left_out"] for header in headers),
        "table_sha256": {
            f"{export.sha256[:12]}/{name}": sha256
            for export in exports
            for name, sha256 in export.header["table_sha256"].items()
        },
    }


def _sha256_of(found: Sequence[str]) -> str:
    if len(found) == 1:
        return found[0]
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()


def sha256_of_exports(paths: Sequence[Path]) -> str:
    """Checksum of one export, or of the checksums of several in their sorted order.

    Raises:
        OSError: one cannot be read.
    """
    return _sha256_of([sha256_of_export(path) for path in paths])
