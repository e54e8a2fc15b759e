"""Who was right in main trials, left out of the tables of a blind look."""

from typing import Final

import pandas as pd

TRUTH: Final = {
    "trials": ("correct_option",),
    "responses": ("correct_option", "is_correct"),
}
"""Table -> the columns that tell who was right."""

MAIN: Final = ("main", "repeat")
"""Kinds of trials whose answers a study is about."""


def without_truth(table: pd.DataFrame) -> pd.DataFrame:
    """The table, its columns of `TRUTH` missing in main trials.

    Catch and practice trials keep theirs: exclusion rules are made of them.
    """
    names = [name for name in TRUTH["responses"] if name in table]
    kept = ~table["trial_kind"].isin(MAIN)
    return table.assign(**{name: table[name].where(kept) for name in names})
