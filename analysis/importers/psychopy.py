"""Data of a PsychoPy experiment: CSV files, usually one per participant."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis.importers.cells import ImportFormatError, read_cells
from analysis.importers.named_columns import ColumnMap, imported_from, read_named
from analysis.importers.trial_table import Imported

SOURCE = "psychopy"
COLUMNS = ColumnMap(
    names={
        "participant_id": ("participant_id", "participant"),
        "session": ("session",),
        "trial_index": ("trial_index",),
        "trial_kind": ("trial_kind", "trial_type"),
        "is_practice": ("is_practice",),
        "is_catch": ("catch_trial", "is_catch"),
        "condition": ("condition",),
        "stratum": ("stratum",),
        "feature_id": ("feature_id", "feature", "unit"),
        "query_pair_id": ("query_pair_id", "item", "stimulus"),
        "choice": ("choice", "key_resp.keys", "response.keys", "mouse.clicked_name"),
        "is_correct": ("is_correct", "key_resp.corr", "response.corr", "correct"),
        "confidence": ("confidence", "slider.response", "rating.response"),
        "rt_ms": ("rt_ms", "key_resp.rt", "response.rt", "mouse.time", "rt"),
    },
    rt_factor=1000.0,
)
"""PsychoPy keeps time in seconds."""


def read_psychopy(
    paths: Sequence[Path], *, columns: Mapping[str, str] | None = None
) -> Imported:
    """The trials of the files; rows without a key's `corr` are left out.

    Args:
        columns: our column -> theirs, where the usual names do not fit.
    """
    chosen = dict(columns or {})
    mapped = COLUMNS.with_choices(chosen)
    parts = [read_named(read_cells(p), mapped, chosen=list(chosen)) for p in paths]
    if not parts:
        raise ImportFormatError("no file was given; name the CSV files.")
    return imported_from(
        SOURCE,
        "Imported from PsychoPy",
        parts,
        "rows without a judged key were left out.",
    )
