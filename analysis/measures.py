"""Tables of what people did: accuracy, confidence, time."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.intervals import wilson

CONDITION_ORDER = (
    "accentuation",
    "attribution",
    "feature_visualization",
    "natural",
    "seed_only",
    "none",
    "accentuation_random_feature",
    "accentuation_random_weights",
)
"""Order of conditions in tables and figures; others follow by name."""


def ordered_conditions(names: Sequence[str]) -> list[str]:
    """The given conditions, each once, in the order they are always shown."""
    known = [name for name in CONDITION_ORDER if name in set(names)]
    return known + sorted(set(names) - set(known))


def accuracy_by(responses: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Share of correct responses per group, all responses of the group together.

    Args:
        responses: analysed main responses; the key columns, participant_id and
            is_correct.
        keys: columns that make the groups.

    Returns:
        One row per group, sorted by key: n_participants, n_responses, n_correct,
        accuracy (0 to 1), and the Wilson interval low, high (`nothing_new`).
    """
    table = (
        responses.assign(is_correct=responses["is_correct"].astype("int64"))
        .groupby(list(keys), as_index=False, sort=True)
        .agg(
            n_participants=("participant_id", "nunique"),
            n_responses=("is_correct", "size"),
            n_correct=("is_correct", "sum"),
        )
    )
    low, high = wilson(table["n_correct"], table["n_responses"])
    accuracy = table["n_correct"] / table["n_responses"]
    return table.assign(accuracy=accuracy, low=low, high=high)


def response_times(responses: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Response times per group; a missing, zero or negative time is left out, counted.

    Args:
        responses: analysed main responses; the key columns, rt_ms and is_correct.
        keys: columns that make the groups.

    Returns:
        One row per group: n_responses, n_without_time, median_ms, quartile_low_ms,
        quartile_high_ms, geometric_mean_ms, median_correct_ms; NaN without times.
    """
    times = responses["rt_ms"].where(responses["rt_ms"] > 0)
    is_correct = responses["is_correct"].astype(bool)
    timed = responses[list(keys)].assign(
        time=times, correct=times.where(is_correct), log=np.log(times)
    )
    groups = timed.groupby(list(keys), sort=True)
    table = pd.DataFrame(
        {
            "n_responses": groups.size(),
            "n_without_time": groups.size() - groups["time"].count(),
            "median_ms": groups["time"].median(),
            "quartile_low_ms": groups["time"].quantile(0.25),
            "quartile_high_ms": groups["time"].quantile(0.75),
            "geometric_mean_ms": np.exp(groups["log"].mean()),
            "median_correct_ms": groups["correct"].median(),
        }
    )
    return table.reset_index()


def trial_flow(trials: pd.DataFrame, analysed_sessions: Sequence[str]) -> pd.DataFrame:
    """What became of the planned main trials of each condition.

    Args:
        trials: planned trials joined with answers.
        analysed_sessions: sessions left after exclusions.

    Returns:
        One row per condition: n_planned, n_not_shown, n_not_answered (shown without
        an answer), n_answered, n_analysed.
    """
    main = trials.loc[trials["trial_kind"] == "main"]
    answered = main["is_answered"]
    marked = pd.DataFrame(
        {
            "condition": main["condition"],
            "n_planned": 1,
            "n_not_shown": (~main["is_shown"]).astype(int),
            "n_not_answered": (main["is_shown"] & ~answered).astype(int),
            "n_answered": answered.astype(int),
            "n_analysed": (
                answered & main["session_id"].isin(list(analysed_sessions))
            ).astype(int),
        }
    )
    table = marked.groupby("condition").sum()
    return table.reindex(ordered_conditions(list(table.index))).reset_index()
