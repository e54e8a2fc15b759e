"""Intervals, each saying how it was made and what it generalizes to."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from analysis.errors import ConfigError

FloatArray = npt.NDArray[np.float64]

NOTHING_NEW: Final = "nothing_new"
NEW_PARTICIPANTS: Final = "new_participants"
NEW_FEATURES: Final = "new_features"
BOTH: Final = "both"

GENERALIZATIONS: Final = {
    NOTHING_NEW: "holds for these very participants and these very features only "
    "(naive elsewhere)",
    NEW_PARTICIPANTS: "other people shown the same features",
    NEW_FEATURES: "the same people shown other features",
    BOTH: "other people shown other features",
}
"""What may vary anew under each `generalizes_to`, as the report prints it."""


class Interval(NamedTuple):
    """Two ends and everything needed to read them."""

    low: float
    high: float
    level: float
    """Nominal coverage, 0 to 1."""
    method: str
    generalizes_to: str
    """A key of `GENERALIZATIONS`."""


def wilson(
    n_correct: npt.ArrayLike, n_responses: npt.ArrayLike, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Score interval of a proportion; ends are exactly 0 or 1 where nothing varies.

    Args:
        n_correct, n_responses: counts of one shape, n_responses at least 1.

    Returns:
        Low and high ends, of the shape of the counts.

    Source: Wilson (1927), Probable inference, J. Am. Stat. Assoc. 22, 209-212.
    """
    correct, n = _checked(n_correct, n_responses, level)
    z = special.ndtri((1 + level) / 2)
    share = correct / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return (
        np.where(correct == 0, 0.0, centre - half),
        np.where(correct == n, 1.0, centre + half),
    )


def clopper_pearson(
    n_correct: npt.ArrayLike, n_responses: npt.ArrayLike, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Exact interval of a proportion: never less than nominal coverage.

    Args and Returns: as `wilson`.

    Source: Clopper & Pearson (1934), Biometrika 26, 404-413.
    """
    correct, n = _checked(n_correct, n_responses, level)
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, np.maximum(correct, 1), n - correct + 1)
    high = stats.beta.ppf(1 - tail, correct + 1, np.maximum(n - correct, 1))
    return np.where(correct == 0, 0.0, low), np.where(correct == n, 1.0, high)


def jeffreys(
    n_correct: npt.ArrayLike, n_responses: npt.ArrayLike, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Equal-tailed interval under the Jeffreys prior, ends set to 0 or 1.

    Args and Returns: as `wilson`.

    Source: Brown, Cai & DasGupta (2001), Stat. Sci. 16, 101-133.
    """
    correct, n = _checked(n_correct, n_responses, level)
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, correct + 0.5, n - correct + 0.5)
    high = stats.beta.ppf(1 - tail, correct + 0.5, n - correct + 0.5)
    return np.where(correct == 0, 0.0, low), np.where(correct == n, 1.0, high)


def agresti_coull(
    n_correct: npt.ArrayLike, n_responses: npt.ArrayLike, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Wald interval around the centre of Wilson's, cut at 0 and 1.

    Args and Returns: as `wilson`.

    Source: Agresti & Coull (1998), Am. Stat. 52, 119-126.
    """
    correct, n = _checked(n_correct, n_responses, level)
    z = special.ndtri((1 + level) / 2)
    return wald(correct + z**2 / 2, n + z**2, level=level)


def wald(
    n_correct: npt.ArrayLike, n_responses: npt.ArrayLike, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Normal interval, cut at 0 and 1; only to compare with papers that print it.

    Args and Returns: as `wilson`.
    """
    correct, n = _checked(n_correct, n_responses, level)
    share = correct / n
    half = special.ndtri((1 + level) / 2) * np.sqrt(share * (1 - share) / n)
    return np.maximum(share - half, 0.0), np.minimum(share + half, 1.0)


def wilson_continuity_corrected(
    n_correct: npt.ArrayLike, n_responses: npt.ArrayLike, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Wilson's interval with the correction for counting in whole numbers.

    Args and Returns: as `wilson`.

    Source: Newcombe (1998), Stat. Med. 17, 857-872, method 4.
    """
    correct, n = _checked(n_correct, n_responses, level)
    z = special.ndtri((1 + level) / 2)
    share = correct / n

    def end(sign: int) -> FloatArray:
        inside = z**2 + sign * 2 - 1 / n + 4 * share * (n * (1 - share) - sign)
        root = np.sqrt(np.maximum(inside, 0))
        ends: FloatArray = (2 * n * share + z**2 + sign * (1 + z * root)) / (
            2 * (n + z**2)
        )
        return ends

    return (
        np.where(correct == 0, 0.0, np.maximum(end(-1), 0)),
        np.where(correct == n, 1.0, np.minimum(end(1), 1)),
    )


def student_t(
    estimate: float, standard_error: float, df: int, *, level: float = 0.95
) -> tuple[float, float]:
    """Ends of estimate ± t × standard error."""
    half = float(stats.t.ppf((1 + level) / 2, df)) * standard_error
    return estimate - half, estimate + half


def percentile_ends(
    resampled: FloatArray, *, level: float = 0.95, max_dropped: float = 0.01
) -> tuple[float, float] | None:
    """Percentile interval by the inverted distribution function.

    Args:
        resampled: (R,) statistic of each resample; NaN where it was undefined.
        max_dropped: share of undefined resamples above which there is no interval.

    Returns:
        The two ends, or None when too many resamples were undefined.

    Source: Efron (1979), Ann. Stat. 7, 1-26; Hyndman & Fan (1996), definition 1.
    """
    defined = resampled[~np.isnan(resampled)]
    if len(defined) == 0 or len(defined) < (1 - max_dropped) * len(resampled):
        return None
    tail = (1 - level) / 2
    low, high = np.quantile(defined, [tail, 1 - tail], method="inverted_cdf")
    return float(low), float(high)


def _checked(
    n_correct: npt.ArrayLike, n_responses: npt.ArrayLike, level: float
) -> tuple[FloatArray, FloatArray]:
    correct = np.asarray(n_correct, dtype=np.float64)
    n = np.asarray(n_responses, dtype=np.float64)
    if not 0 < level < 1:
        raise ConfigError(f"level must lie between 0 and 1; got {level}")
    if np.any(n < 1) or np.any(correct < 0) or np.any(correct > n):
        raise ConfigError(
            "a proportion needs 0 <= n_correct <= n_responses and n_responses >= 1; "
            f"got {correct} of {n}"
        )
    return correct, n
