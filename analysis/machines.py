"""What machines choose on the trials that people answered (analysis 15)."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.agreement import error_consistency
from analysis.crossed import count_crossed
from analysis.intervals import FloatArray
from analysis.two_way import TwoWayVariance, influence_on_accuracy, two_way_variance

KEY = ("query_pair_id", "condition")
RIGHT, WRONG, TIED = "machine_right", "machine_wrong", "machine_tied"


class PeopleWhere(NamedTuple):
    """How people answered some trials."""

    accuracy: float
    """0 to 1; NaN without a response."""

    variance: TwoWayVariance | None
    """For new people and new features."""

    n_responses: int


def with_machine(
    responses: pd.DataFrame, answers: pd.DataFrame, method: str
) -> pd.DataFrame:
    """The responses to trials that a method answered as well.

    Args:
        responses: analysed main responses; query_pair_id and condition.
        answers: one row per query pair, panel and method; prefers_high is missing at
            a tie. The right answer is the image that drives the feature more.

    Returns:
        Those responses with `machine`: one of `RIGHT`, `WRONG`, `TIED`.
    """
    own = answers.loc[answers["method"] == method]
    keys = [*KEY]
    if "n_panel_tiles" in responses and own["n_panel_tiles"].nunique() > 1:
        keys.append("n_panel_tiles")
    own = own.drop_duplicates(keys)
    prefers = own["prefers_high"].astype("boolean")
    said = prefers.map({True: RIGHT, False: WRONG}).fillna(TIED)
    return responses.merge(own[keys].assign(machine=said), on=keys, how="inner")


def machine_score(joined: pd.DataFrame) -> pd.Series:
    """1 where the machine is right, 0 where it is wrong, one half at a tie."""
    score: pd.Series = joined["machine"].map({RIGHT: 1.0, WRONG: 0.0, TIED: 0.5})
    return score


def accuracy_over_features(joined: pd.DataFrame) -> FloatArray:
    """(F,) a machine's share right on each feature's trials."""
    score = machine_score(joined)
    found: FloatArray = score.groupby(joined["feature_id"]).mean().to_numpy(np.float64)
    return found


def people_where(joined: pd.DataFrame, condition: str, outcome: str) -> PeopleWhere:
    """Human accuracy in the trials of a condition that a machine got right or wrong.

    Args:
        outcome: `RIGHT` or `WRONG`.
    """
    part = joined.loc[joined["machine"] == outcome]
    counts = count_crossed(part, [condition])
    asked, right = counts.n_responses[0], counts.n_correct[0]
    if not asked.any():
        return PeopleWhere(math.nan, None, 0)
    variance = two_way_variance(influence_on_accuracy(right, asked), asked)
    return PeopleWhere(float(counts.accuracy()[0]), variance, int(asked.sum()))


def consistency_with_people(
    joined: pd.DataFrame, *, min_common: int, conditions: Sequence[str]
) -> FloatArray:
    """(P,) each person's error consistency with a machine; NaN where undefined.

    Ties are left out.

    Args:
        min_common: people with fewer common trials have none.
        conditions: whose trials count.

    Source: Geirhos, Meding & Wichmann (2020), NeurIPS.
    """
    part = joined.loc[
        (joined["machine"] != TIED) & joined["condition"].isin(list(conditions))
    ]
    people = part["is_correct"].astype(np.float64)
    machine = machine_score(part)
    table = (
        pd.DataFrame({"people": people, "machine": machine, "same": people == machine})
        .groupby(part["participant_id"])
        .agg(["mean", "size"])
    )
    rows = zip(
        table["people", "mean"],
        table["machine", "mean"],
        table["same", "mean"],
        table["same", "size"],
        strict=True,
    )
    return np.array(
        [
            error_consistency(a, b, same).kappa if n >= min_common else np.nan
            for a, b, same, n in rows
        ],
        dtype=np.float64,
    )
