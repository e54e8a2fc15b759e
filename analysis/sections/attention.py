"""How often people answered without looking, and which side they then preferred."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.analysed import Analysed
from analysis.intervals import FloatArray
from analysis.sections.rows import mean_over_people

LAPSE, SIDE_BIAS = "lapse_rate", "side_bias"


def compute(study: Analysed) -> list[dict[str, Any]]:
    """Lapse rate of the catch trials, and preference for the left side.

    `lapse_rate` is one minus hits plus false alarms in catch trials, hits being left
    answers where left was right: answers that did not depend on the trial, 0 to 1, if
    whoever looks at a catch trial gets it right. `side_bias` is the share of left
    answers in main trials minus the share in which left was right (-1 to 1).

    Returns:
        One row per quantity: mean over the participants that are analysed, each
        weighing the same, with a t interval; see `mean_over_people`.

    Source: the two-high-threshold model of Snodgrass & Corwin (1988), J. Exp. Psychol.
        Gen. 117, 34-50, its Pr and what is left of it.
    """
    if study.responses.empty or study.export.option_names is None:
        return []
    level = study.config.level
    rows = []
    catch = _catch_trials(study)
    if len(catch):
        lapses = mean_over_people(_lapses(catch), level=level, least=0.0)
        rows.append({"quantity": LAPSE, **lapses})
    bias = _side_bias(study.responses)
    return [*rows, {"quantity": SIDE_BIAS, **mean_over_people(bias, level=level)}]


def _catch_trials(study: Analysed) -> pd.DataFrame:
    """Answered catch trials of the sessions that are analysed."""
    trials = study.export.responses
    kept = trials["session_id"].isin(study.responses["session_id"].unique())
    return trials.loc[kept & (trials["trial_kind"] == "catch")]


def _lapses(catch: pd.DataFrame) -> FloatArray:
    """(P,) one minus hits plus false alarms; NaN where one side was never right.

    Twice the mean of both sides' errors: unbiased however few trials a person has.
    """
    wrong = ~catch["is_correct"].astype(bool)
    by_side = wrong.groupby([catch["participant_id"], catch["correct_option"]]).mean()
    both = by_side.unstack().reindex(columns=["left", "right"])
    return np.asarray(both.sum(axis=1, min_count=2), dtype=np.float64)


def _side_bias(responses: pd.DataFrame) -> FloatArray:
    """(P,) share of left answers minus share of left as the right answer."""
    chosen = (responses["choice"] == "left").astype(np.float64)
    correct = (responses["correct_option"] == "left").astype(np.float64)
    people = responses["participant_id"]
    return np.asarray((chosen - correct).groupby(people).mean(), dtype=np.float64)
