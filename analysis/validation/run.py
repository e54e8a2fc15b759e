"""All numbers of a public data set from its folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pandas as pd

from analysis.config import AnalysisConfig
from analysis.importers.chosen_files import chosen_files
from analysis.importers.listed import read_source
from analysis.importers.trial_table import Check, Imported, main_trials
from analysis.measures import ordered_conditions
from analysis.validation.cells import Part, condition_entries
from analysis.validation.consistency import consistency_entries, repeat_entries
from analysis.validation.contrasts import Contrast, contrast_entries
from analysis.validation.counts import count_entries
from analysis.validation.entry import Entry
from analysis.validation.mixed_fits import mixed_entries
from analysis.validation.published import BOROWSKI_2021, with_published
from analysis.validation.regressions import regression_entries


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What was recomputed, and whether it agrees with what was published."""

    source: str
    entries: tuple[Entry, ...]
    checks: tuple[Check, ...]
    notes: tuple[str, ...]

    has_published: bool
    """Whether any number of the source is known."""

    @property
    def compared(self) -> dict[str, bool]:
        """Published number -> whether it was met; readings of one count once."""
        return {
            entry.published_as: bool(entry.is_close)
            for entry in self.entries
            if entry.published_as is not None
        }

    @property
    def missed(self) -> list[str]:
        """Published numbers that were not met."""
        return [name for name, is_met in self.compared.items() if not is_met]

    @property
    def status(self) -> str:
        """`contradicted` rows, else `missed` numbers, else `not_compared` with any,
        else `passed`; `nothing_published` where none is known."""
        if any(check.is_contradiction for check in self.checks):
            return "contradicted"
        if self.missed:
            return "missed"
        if not self.has_published:
            return "nothing_published"
        return "passed" if self.compared else "not_compared"

    @property
    def is_passed(self) -> bool:
        """Whether rows agree and every number that can be compared was met."""
        return self.status in ("passed", "nothing_published")


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
    files, skipped = chosen_files(source, [folder])
    imported = read_source(source, files)
    published = BOROWSKI_2021 if source == "borowski2021" else ()
    entries, absent = with_published(list(all_entries(imported, config)), published)
    if not published:
        absent = ["No published number of this source is known here: none is compared."]
    return Validation(
        source=source,
        entries=tuple(entries),
        checks=imported.checks,
        notes=(*imported.notes, *skipped, *absent),
        has_published=bool(published),
    )


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
