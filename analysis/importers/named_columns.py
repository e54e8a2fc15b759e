"""Trials of a laboratory's own script: each of our columns from a column of theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import pandas as pd

from analysis.importers.cells import BOOLEANS, Cells, ImportFormatError
from analysis.importers.trial_table import (
    OPTIONS,
    TRIAL_COLUMNS,
    Imported,
    answered_by,
    check_rows,
)

REQUIRED = ("participant_id", "condition", "feature_id", "is_correct", "rt_ms")
"""Columns of ours that a file must have in some column of its own."""

KINDS = {
    "main": "main",
    "test": "main",
    "catch": "catch",
    "attention": "catch",
    "practice": "practice",
    "demo": "practice",
    "repeat": "repeat",
}
FIRST = frozenset({"left", "a", "0", "f", "upper", "up", "first", "arrowleft"})
SECOND = frozenset({"right", "b", "1", "j", "lower", "down", "second", "arrowright"})
UNKNOWN_OPTION = "left"
KNOWS_SIDE = "knows_side"
"""Working column: whether the file says which option was chosen."""

SAME_ANSWER = (
    "participant_id",
    "session",
    "trial_index",
    "condition",
    "feature_id",
    "choice",
    "rt_ms",
)
"""Columns in which two rows do not agree by chance."""


@dataclass(frozen=True, kw_only=True)
class ColumnMap:
    """Where a program keeps what we need."""

    names: Mapping[str, tuple[str, ...]]
    """Our column -> columns of theirs, the first that exists is taken."""

    rt_factor: float = 1.0
    """Their unit of time in milliseconds."""

    def with_choices(self, chosen: Mapping[str, str]) -> "ColumnMap":
        """The same, where somebody named columns: those alone are looked for."""
        known = {*self.names}
        if unknown := sorted(set(chosen) - known):
            raise ImportFormatError(
                f"there is no column {unknown[0]!r} to fill; there are "
                f"{', '.join(sorted(known))}."
            )
        names = {**self.names, **{ours: (theirs,) for ours, theirs in chosen.items()}}
        return ColumnMap(names=names, rt_factor=self.rt_factor)


def read_named(
    cells: Cells, columns: ColumnMap, *, chosen: Sequence[str] = ()
) -> pd.DataFrame:
    """One trial table from one file.

    Args:
        chosen: our columns that somebody named: theirs must exist.

    Raises:
        ImportFormatError: a required column is in none of the places it was looked for.
    """
    found = {ours: _place(cells, ours, columns, chosen) for ours in columns.names}
    get = _Getter(cells, found)
    is_right = get.boolean("is_correct")
    choice, correct = _options(get, is_right)
    kind = _kinds(get)
    feature = get.text("feature_id").fillna("?")
    pair = get.text("query_pair_id")
    is_main = kind.isin(["main", "repeat"])
    trials = pd.DataFrame(
        {
            "participant_id": get.text("participant_id").fillna(cells.path.stem),
            "session": get.text("session").fillna("1"),
            "trial_index": get.integer("trial_index").fillna(-1),
            "trial_kind": kind.replace("repeat", "main"),
            "is_repeat": kind == "repeat",
            "condition": get.text("condition").fillna(kind),
            "stratum": get.text("stratum").fillna("all").where(is_main),
            "feature_id": feature,
            "query_pair_id": pair.fillna(feature).where(is_main),
            "choice": choice,
            "correct_option": correct,
            "is_correct": answered_by(choice, correct),
            "confidence": get.integer("confidence"),
            "rt_ms": columns.rt_factor * get.number("rt_ms"),
        }
    )
    order = trials.groupby(["participant_id", "session"]).cumcount()
    is_unnumbered = trials["trial_index"] < 0
    trials["trial_index"] = trials["trial_index"].mask(is_unnumbered, order)
    knows = get.text("choice").str.lower().isin(FIRST | SECOND)
    return trials[list(TRIAL_COLUMNS)].assign(**{KNOWS_SIDE: knows})


def _place(
    cells: Cells, ours: str, columns: ColumnMap, chosen: Sequence[str]
) -> str | None:
    for theirs in columns.names[ours]:
        if theirs in cells.table:
            return theirs
    if ours in REQUIRED or ours in chosen:
        cells.refuse(
            columns.names[ours][0],
            f"missing, and so is any other column for {ours} "
            f"({', '.join(columns.names[ours])}); the file has "
            f"{', '.join(map(str, cells.table.columns))}. "
            f"Say where it is with --column {ours}=NAME.",
        )
    return None


class _Getter:
    """Our columns of one file, typed; all missing where the file has none."""

    def __init__(self, cells: Cells, places: Mapping[str, str | None]) -> None:
        self.cells = cells
        self.places = places

    def _name(self, ours: str) -> str:
        return self.places.get(ours) or ""

    def refuse(self, ours: str, what: str) -> NoReturn:
        self.cells.refuse(self._name(ours), what)

    def text(self, ours: str) -> "pd.Series[Any]":
        return self.cells.text(self._name(ours))

    def number(self, ours: str) -> "pd.Series[Any]":
        return self.cells.number(self._name(ours))

    def integer(self, ours: str) -> "pd.Series[Any]":
        return self.cells.integer(self._name(ours))

    def boolean(self, ours: str) -> "pd.Series[Any]":
        return self.cells.boolean(self._name(ours))


def _kinds(get: _Getter) -> "pd.Series[Any]":
    """Main unless the file says otherwise, by a word or by a true in a flag."""
    said = get.text("trial_kind").str.lower()
    unknown = said.loc[said.notna() & ~said.isin(list(KINDS))]
    if len(unknown):
        get.refuse(
            "trial_kind",
            f"a trial is called {unknown.iloc[0]!r} ({len(unknown)} such rows); known "
            f"are {', '.join(KINDS)}. Rename them or take them out: whatever is not "
            "told apart from main trials would count in accuracy.",
        )
    kind = said.map(KINDS).fillna("main")
    for flag, name in (("is_practice", "practice"), ("is_catch", "catch")):
        marked = get.text(flag).str.lower().map(dict(BOOLEANS)).fillna(value=False)
        kind = kind.mask(marked.astype(bool), name)
    return kind


def _options(
    get: _Getter, is_right: "pd.Series[Any]"
) -> tuple["pd.Series[Any]", "pd.Series[Any]"]:
    """Choice and correct option that agree with what the file calls correct.

    Where the file does not say which side was chosen, the first one stands in, so that
    no claim about sides can be made of it.
    """
    words = get.text("choice").str.lower()
    sides = dict.fromkeys(FIRST, OPTIONS[0]) | dict.fromkeys(SECOND, OPTIONS[1])
    choice = words.map(sides).fillna(UNKNOWN_OPTION).where(is_right.notna())
    other = choice.map(dict(zip(OPTIONS, reversed(OPTIONS), strict=True)))
    correct = choice.where(is_right.fillna(value=True).astype(bool), other)
    return choice, correct.where(is_right.notna())


def imported_from(
    source: str, title: str, parts: Sequence[pd.DataFrame], left_out: str
) -> Imported:
    """The trial tables of a program's files together.

    Rows that nobody judged right or wrong are screens, and left out with a note.

    Args:
        left_out: the note, after the number of rows.
    """
    trials = pd.concat(parts, ignore_index=True)
    is_trial = trials["is_correct"].notna()
    n_screens = int((~is_trial).sum())
    trials = trials.loc[is_trial].reset_index(drop=True)
    timed = trials.loc[trials["rt_ms"].notna()]
    twice = check_rows(
        "answered_once",
        "no two rows are the same answer, given in the same time.",
        timed,
        timed.duplicated(list(SAME_ANSWER)),
    )
    return Imported(
        source=source,
        title=title,
        trials=trials.drop(columns=KNOWS_SIDE),
        checks=(twice,),
        notes=(f"{n_screens} {left_out}",) if n_screens else (),
        option_names=OPTIONS if trials[KNOWS_SIDE].all() else None,
    )
