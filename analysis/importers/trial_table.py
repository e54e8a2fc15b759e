"""The one table all importers return, and what they found odd about their source."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.importers.cells import ImportFormatError

TRIAL_COLUMNS = (
    "participant_id",
    "session",
    "trial_index",
    "trial_kind",
    "is_repeat",
    "condition",
    "stratum",
    "feature_id",
    "query_pair_id",
    "choice",
    "correct_option",
    "is_correct",
    "confidence",
    "rt_ms",
)
"""Columns of every trial table, in order; covariates follow."""

OPTIONS = ("left", "right")
"""First and second option; of options one above the other, upper and lower."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """Whether a property the source promises holds in its rows."""

    name: str
    promise: str
    """What should be true of every row, as a sentence."""

    n_rows: int
    """Rows it was looked up in."""

    n_broken: int
    """Rows where it is not true."""

    first_broken: str | None = None
    """Participant and trial of the first such row, with file and row if known."""

    is_binding: bool = True
    """False: how we read the layout. Rows that differ are told, and stop nothing."""

    @property
    def is_kept(self) -> bool:
        """Whether no row breaks the promise."""
        return self.n_broken == 0

    @property
    def is_contradiction(self) -> bool:
        """Whether nothing may be built on the rows."""
        return self.is_binding and not self.is_kept


def check_rows(
    name: str,
    promise: str,
    trials: pd.DataFrame,
    is_broken: "pd.Series[Any]",
    *,
    is_binding: bool = True,
) -> Check:
    """Count the rows that break a promise.

    Args:
        trials: the rows it is about; columns participant_id and trial_index, and where
            (file and row) if there is one.
        is_broken: one claim per row; missing means not broken.
    """
    broken = is_broken.fillna(value=False).astype(bool)
    rows = trials.loc[broken].head(1)
    first = [f"{r.participant_id}, trial {r.trial_index}" for r in rows.itertuples()]
    if "where" in rows:
        first = [f"{text} ({rows['where'].iloc[0]})" for text in first]
    return Check(
        name=name,
        promise=promise,
        n_rows=len(trials),
        n_broken=int(broken.sum()),
        first_broken=first[0] if first else None,
        is_binding=is_binding,
    )


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an importer made of its files."""

    source: str
    """Name of the importer."""

    title: str
    """Of the study, for people."""

    trials: pd.DataFrame
    """Columns `TRIAL_COLUMNS`, then named covariates; one row per trial."""

    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()
    """What was left out or translated, as sentences."""

    option_names: tuple[str, str] | None = OPTIONS
    """What first and second option were to people; None where the data do not say which
    one was chosen."""

    def __post_init__(self) -> None:
        missing = [c for c in TRIAL_COLUMNS if c not in self.trials]
        if missing:
            raise ImportFormatError(
                f"the importer {self.source} made no column {missing[0]}"
            )

    @property
    def covariates(self) -> list[str]:
        """Columns beyond those that every trial table has."""
        return [str(c) for c in self.trials if c not in TRIAL_COLUMNS]

    @property
    def doubts(self) -> list[str]:
        """Sentences about checks that are not kept and stop nothing."""
        return [
            f"{check.n_broken} of {check.n_rows} rows are not as expected: "
            f"{check.promise} First: {check.first_broken}."
            for check in self.checks
            if not check.is_kept and not check.is_binding
        ]

    def refuse_broken_promises(self) -> None:
        """Raise where rows contradict each other, so that nothing is built on them."""
        broken = [check for check in self.checks if check.is_contradiction]
        if broken:
            worst = broken[0]
            raise ImportFormatError(
                f"{worst.n_broken} of {worst.n_rows} rows break a promise of "
                f"{self.source}: {worst.promise} First: {worst.first_broken}. "
                "Repair the files, or ask their authors."
            )


def main_trials(trials: pd.DataFrame) -> pd.DataFrame:
    """Answered main trials that are no repeats: the rows accuracy is made of."""
    is_main = (trials["trial_kind"] == "main") & ~trials["is_repeat"].astype(bool)
    return trials.loc[is_main & trials["is_correct"].notna()].reset_index(drop=True)


def repeats_with_originals(trials: pd.DataFrame) -> pd.DataFrame:
    """Each repeated trial beside the trial it repeats.

    Args:
        trials: a trial table; without column repeats_trial_index nothing is a repeat.

    Returns:
        One row per repeat: its columns, those of its original with `_of_original`, and
        has_original.
    """
    key = ["session", "participant_id"]
    if "repeats_trial_index" not in trials:
        trials = trials.assign(
            repeats_trial_index=pd.array([pd.NA] * len(trials), "Int64")
        )
    repeats = trials.loc[trials["is_repeat"].astype(bool)]
    numbered = trials.loc[trials["trial_index"].notna()]
    originals = numbered.drop_duplicates([*key, "trial_index"])
    originals = originals.rename(
        columns=lambda name: name if name in key else f"{name}_of_original"
    ).assign(has_original=True)
    joined = repeats.merge(
        originals,
        left_on=[*key, "repeats_trial_index"],
        right_on=[*key, "trial_index_of_original"],
        how="left",
    )
    return joined.assign(has_original=joined["has_original"].notna())


def answered_by(
    choice: "pd.Series[Any]", correct_option: "pd.Series[Any]"
) -> "pd.Series[Any]":
    """Whether the choice is the correct option; missing where either is missing."""
    is_known = choice.notna() & correct_option.notna()
    return (choice == correct_option).astype("boolean").mask(~is_known)
