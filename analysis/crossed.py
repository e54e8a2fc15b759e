"""Counts of right answers with people crossed with features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.intervals import FloatArray


@dataclass(frozen=True, kw_only=True)
class CrossedCounts:
    """Right answers and answers per condition, participant and feature."""

    conditions: tuple[str, ...]
    """K names, in the order of the first axis."""

    participant_ids: tuple[str, ...]
    """P ids, in the order of the second axis."""

    feature_ids: tuple[str, ...]
    """F ids, in the order of the third axis."""

    n_correct: FloatArray
    """(K, P, F) whole numbers."""

    n_responses: FloatArray
    """(K, P, F) whole numbers."""

    def accuracy_of_participants(self) -> FloatArray:
        """(K, P) share correct; NaN where a person has no response."""
        return _ratio(self.n_correct.sum(axis=2), self.n_responses.sum(axis=2))

    def accuracy(self) -> FloatArray:
        """(K,) mean over people of each one's share correct; NaN where none."""
        shares = self.accuracy_of_participants()  # (K, P)
        has_share = ~np.isnan(shares)
        return _ratio(np.where(has_share, shares, 0).sum(axis=1), has_share.sum(axis=1))


def count_crossed(responses: pd.DataFrame, conditions: Sequence[str]) -> CrossedCounts:
    """Count right answers per condition, participant and feature.

    Args:
        responses: one row per analysed response; columns participant_id, feature_id,
            condition and is_correct. Rows of other conditions are left out.
        conditions: the conditions counted, in order.
    """
    rows = responses.loc[responses["condition"].isin(list(conditions))]
    people = sorted(rows["participant_id"].unique())
    features = sorted(rows["feature_id"].unique())
    place = (
        pd.Categorical(rows["condition"], categories=list(conditions)).codes,
        pd.Categorical(rows["participant_id"], categories=people).codes,
        pd.Categorical(rows["feature_id"], categories=features).codes,
    )
    shape = (len(conditions), len(people), len(features))
    n_correct, n_responses = np.zeros(shape), np.zeros(shape)
    np.add.at(n_responses, place, 1.0)
    np.add.at(n_correct, place, rows["is_correct"].to_numpy(dtype=np.float64))
    return CrossedCounts(
        conditions=tuple(conditions),
        participant_ids=tuple(people),
        feature_ids=tuple(features),
        n_correct=n_correct,
        n_responses=n_responses,
    )


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    safe = np.where(denominator > 0, denominator, 1)
    return np.where(denominator > 0, numerator / safe, np.nan)
