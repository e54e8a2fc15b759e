"""All numbers of a public data set from its folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pandas as pd

from analysis.config import AnalysisConfig
from analysis.importers.borowski2021 import is_experiment, read_borowski2021
from analysis.importers.cells import ImportFormatError, read_cells
from analysis.importers.imi2023 import read_imi2023
from analysis.importers.trial_table import Check, Imported, main_trials
from analysis.measures import ordered_conditions
from analysis.validation.cells import Part, condition_entries
from analysis.validation.consistency import consistency_entries, repeat_entries
from analysis.validation.contrasts import Contrast, contrast_entries
from analysis.validation.counts import count_entries
from analysis.validation.entry import Entry, with_published
from analysis.validation.mixed_fits import mixed_entries
from analysis.validation.published import BOROWSKI_2021
from analysis.validation.regressions import regression_entries


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What was recomputed, and whether it agrees with what was published."""

    source: str
    entries: tuple[Entry, ...]
    checks: tuple[Check, ...]
    notes: tuple[str, ...]

    @property
    def missed(self) -> list[Entry]:
        """Entries that differ from the published number."""
        return [entry for entry in self.entries if entry.is_close is False]

    @property
    def is_passed(self) -> bool:
        """Whether every published number was met and every promise is kept."""
        return not self.missed and all(check.is_kept for check in self.checks)


def validate(source: str, folder: Path, config: AnalysisConfig) -> Validation:
    """Recompute every number of a data set.

    No exclusion and no time cut is applied; repeated, catch and practice trials count
    in no accuracy.

    Args:
        source: `borowski2021` or `imi2023`.
        folder: holds the CSV files, at any depth.

    Raises:
        ImportFormatError: no file of the source is there, or one is malformed.
    """
    if source == "borowski2021":
        imported, skipped = _read_borowski(folder)
        published = BOROWSKI_2021
    else:
        imported, skipped = _read_imi(folder)
        published = {}
    entries = with_published(list(all_entries(imported, config)), published)
    return Validation(
        source=source,
        entries=tuple(entries),
        checks=imported.checks,
        notes=(*imported.notes, *skipped),
    )


def _csv_files(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    if found := sorted(folder.rglob("*.csv")):
        return found
    raise ImportFormatError(f"{folder} holds no CSV file. Give the folder of the data.")


def _read_borowski(folder: Path) -> tuple[Imported, list[str]]:
    files = _csv_files(folder)
    used = [path for path in files if is_experiment(read_cells(path).table.columns)]
    if not used:
        raise ImportFormatError(
            f"no CSV file in {folder} has the columns subject_id, instr_type and "
            f"trial_type; found {', '.join(p.name for p in files[:5])}."
        )
    skipped = [
        f"{path.name} is no experiment and was skipped."
        for path in files
        if path not in used
    ]
    return read_borowski2021(used), skipped


def _read_imi(folder: Path) -> tuple[Imported, list[str]]:
    files = _csv_files(folder)
    named = [path for path in files if path.name == "responses_main.csv"] or [
        path for path in files if path.name.startswith("responses")
    ]
    used = named or files
    skipped = [f"{path.name} was not used." for path in files if path not in used]
    return read_imi2023(used), skipped


def all_entries(imported: Imported, config: AnalysisConfig) -> Iterator[Entry]:
    """Every number of every experiment, condition, cell and contrast."""
    trials = imported.trials
    if imported.source == "imi2023":
        trials = trials.assign(session="all", stratum=_cells_of_imi(trials))
    for session, rows in trials.groupby("session", sort=True):
        main = main_trials(rows)
        yield from count_entries(f"{session}", rows)
        conditions = ordered_conditions(list(main["condition"].unique()))
        cells = sorted(main["stratum"].dropna().unique())
        for cell in [None, *(cells if len(cells) > 1 else [])]:
            part = main if cell is None else main.loc[main["stratum"] == cell]
            tail = "" if cell is None else f"/{cell}"
            here = rows if cell is None else rows.loc[rows["stratum"] == cell]
            for condition in conditions:
                shown = here.loc[here["condition"] == condition]
                yield from count_entries(f"{session}/{condition}{tail}", shown)
            yield from _part_entries(f"{session}", tail, part, conditions, config)
        yield from repeat_entries(f"{session}", rows)


def _cells_of_imi(trials: pd.DataFrame) -> "pd.Series[str]":
    """The network and its difficulty window: what IMI compares."""
    return trials["model"].fillna("?") + " " + trials["stratum"].fillna("?")


def _part_entries(
    session: str,
    tail: str,
    main: pd.DataFrame,
    conditions: list[str],
    config: AnalysisConfig,
) -> Iterator[Entry]:
    present = [c for c in conditions if (main["condition"] == c).any()]
    for condition in present:
        rows = main.loc[main["condition"] == condition].reset_index(drop=True)
        part = Part(f"{session}/{condition}{tail}", rows, config)
        yield from condition_entries(part)
        yield from consistency_entries(part)
    for first, second in combinations(_natural_first(present), 2):
        rows = main.loc[main["condition"].isin([first, second])]
        name = f"{session}/{first}-{second}{tail}"
        contrast = Contrast(name, first, second, rows.reset_index(drop=True), config)
        yield from contrast_entries(contrast)
        yield from regression_entries(contrast)
        yield from mixed_entries(contrast)


def _natural_first(conditions: list[str]) -> list[str]:
    return sorted(conditions, key=lambda name: (name != "natural", name))
