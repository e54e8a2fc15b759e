"""How people did on catch trials, and whom a catch rule lets in."""

import numpy as np
import pandas as pd
from scipy import stats

ABILITIES = (0.5, 0.75, 0.9, 0.97)
"""Chance of getting one catch trial right: a guesser, half attentive, attentive …"""


def pass_probability(n_catch: int, n_required: int, ability: float) -> float:
    """Chance of at least n_required right among n_catch independent catch trials."""
    return float(stats.binom.sf(n_required - 1, n_catch, ability))


def operating_characteristics(n_catch: int, n_required: int) -> pd.DataFrame:
    """Whom a catch rule lets in.

    Returns:
        One row per ability, with p_pass (0 to 1).
    """
    rows = [(a, pass_probability(n_catch, n_required, a)) for a in ABILITIES]
    return pd.DataFrame(rows, columns=["ability", "p_pass"])


def catch_by_session(trials: pd.DataFrame) -> pd.DataFrame:
    """Catch trials planned, answered and right per session.

    Args:
        trials: planned trials joined with answers; columns session_id, trial_kind,
            is_answered, is_correct.

    Returns:
        session_id, n_planned, n_answered, n_correct; sessions with catch trials only.
    """
    catch = trials.loc[trials["trial_kind"] == "catch"]
    marked = pd.DataFrame(
        {
            "session_id": catch["session_id"],
            "n_planned": 1,
            "n_answered": catch["is_answered"].astype(int),
            "n_correct": np.where(catch["is_correct"].fillna(value=False), 1, 0),
        }
    )
    return marked.groupby("session_id", as_index=False).sum()
