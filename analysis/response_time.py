"""Which times are too long for their person, and accuracy at each speed."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.intervals import FloatArray

NORMAL_CONSISTENCY = 1.482602218505602
"""Turns a median absolute deviation into the SD of a normal distribution."""

CUT_MS = 300.0
"""Shorter times are no answers to what was shown, unless the study's panel lock says
otherwise."""

N_MAD = 3.0
QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)
N_SPEED_BINS = 5


class RobustZ(NamedTuple):
    """Distances from the median in robust SDs."""

    median_log: float
    mad_log: float
    """Already scaled to the SD of a normal distribution; 0 where most are equal."""
    z: FloatArray


def robust_z_of_log(times: FloatArray) -> RobustZ:
    """Distance of each time from the median, on the logarithm.

    Args:
        times: (N,) positive times in any unit.

    Returns:
        z is NaN where the MAD is 0: then no time can be called an outlier.

    Source: Leys et al. (2013), J. Exp. Soc. Psychol. 49, 764-766.
    """
    logs = np.log(times)
    median = float(np.median(logs))
    mad = NORMAL_CONSISTENCY * float(np.median(np.abs(logs - median)))
    z = (logs - median) / mad if mad > 1e-12 else np.full(len(logs), np.nan)
    return RobustZ(median, mad, z)


def flag_times(
    responses: pd.DataFrame, *, cut_ms: float = CUT_MS, n_mad: float = N_MAD
) -> "pd.Series[Any]":
    """What is wrong with the time of each response; "" where it is used.

    Args:
        responses: participant_id and rt_ms.
        cut_ms: shortest time used, in milliseconds.
        n_mad: longest distance from the person's median, in robust SDs of the log.

    Returns:
        "missing" (none, 0 or negative), "too_fast", "too_slow" or "".
    """
    times = responses["rt_ms"].to_numpy(dtype=np.float64)
    is_timed = times > 0
    is_fast = is_timed & (times < cut_ms)
    flags = np.where(~is_timed, "missing", np.where(is_fast, "too_fast", ""))
    used = pd.DataFrame(
        {
            "person": responses["participant_id"].to_numpy(),
            "log": np.log(np.where(is_timed & ~is_fast, times, np.nan)),
        }
    )
    middle = used["log"] - used.groupby("person")["log"].transform("median")
    spread = middle.abs().groupby(used["person"]).transform("median")
    is_slow = middle > n_mad * NORMAL_CONSISTENCY * spread
    is_slow &= spread > 1e-12
    flags = np.where(is_slow.to_numpy(), "too_slow", flags)
    return pd.Series(flags.astype(str), index=responses.index, dtype=object)


def accuracy_by_speed(responses: pd.DataFrame) -> pd.DataFrame:
    """Share correct from each person's fastest to their slowest answers in a condition.

    A person's answers in a condition make fifths, or as many parts as half of the
    people gave answers there, if these are fewer. People with fewer answers than parts
    are left out: their answers would fill some parts and not others.

    Args:
        responses: used responses; participant_id, condition, rt_ms, is_correct.

    Returns:
        condition, n_speed_bins (2 to 5), speed_bin (1 fastest), n_responses, accuracy,
        median_ms. No row for a condition in which most people gave one answer.

    Source: Luce (1986), Response Times, section 6.5 (conditional accuracy function).
    """
    person = responses.groupby(["condition", "participant_id"])["rt_ms"]
    n_answers = person.transform("size")
    each = person.size().rename("n").reset_index()
    usual = each.groupby("condition")["n"].median().clip(upper=N_SPEED_BINS)
    n_bins = np.floor(responses["condition"].map(usual)).astype(int)
    place = person.rank(method="first") / n_answers
    binned = responses.assign(
        n_speed_bins=n_bins,
        speed_bin=np.ceil((place * n_bins).round(9)).astype(int),
        is_correct=responses["is_correct"].astype(float),
    )
    binned = binned.loc[(n_answers >= n_bins) & (n_bins > 1)]
    keys = ["condition", "n_speed_bins", "speed_bin"]
    found: pd.DataFrame = binned.groupby(keys, as_index=False).agg(
        n_responses=("is_correct", "size"),
        accuracy=("is_correct", "mean"),
        median_ms=("rt_ms", "median"),
    )
    return found
