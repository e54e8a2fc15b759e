"""Whether a difference is too small to matter, by two one-sided tests."""

import math
from typing import NamedTuple

import pandas as pd
from scipy import stats


class Equivalence(NamedTuple):
    """Two one-sided tests against bounds of equivalence."""

    value: float
    p_above_low: float
    p_below_high: float
    p: float
    """The larger of the two."""

    low: float
    high: float
    """Interval at twice alpha less: 90 % for alpha .05."""

    is_equivalent: bool


def two_one_sided(
    value: float,
    standard_error: float,
    df: float,
    *,
    bounds: tuple[float, float] = (-0.05, 0.05),
    alpha: float = 0.05,
) -> Equivalence:
    """Whether an estimate lies within bounds, by two one-sided t tests.

    Args:
        bounds: what counts as no difference, in the unit of the value.

    Source: Schuirmann (1987), J. Pharmacokinet. Biopharm. 15, 657-680.
    """
    above = float(stats.t.sf((value - bounds[0]) / standard_error, df))
    below = float(stats.t.cdf((value - bounds[1]) / standard_error, df))
    half = float(stats.t.ppf(1 - alpha, df)) * standard_error
    p = math.nan if math.isnan(above + below) else max(above, below)
    return Equivalence(
        value, above, below, p, value - half, value + half, bool(p < alpha)
    )


def equivalence_table(
    contrasts: pd.DataFrame, *, bound: float = 0.05, alpha: float = 0.05
) -> pd.DataFrame:
    """Both one-sided tests of every marginal difference of a fit.

    Args:
        contrasts: columns first, second, stratum, difference, difference_error and df,
            as `analyse_confirmatory` makes them.
        bound: largest difference of accuracies that counts as none, 0 to 1.

    Returns:
        One row per contrast: first, second, stratum, difference, low, high (at level
        1 - 2 alpha), p_above_low, p_below_high, p, is_equivalent, is_not_superior
        (the difference lies below the upper bound). NaN and False where undefined.
    """
    rows = []
    for row in contrasts.to_dict("records"):
        found = two_one_sided(
            row["difference"],
            row["difference_error"],
            row["df"],
            bounds=(-bound, bound),
            alpha=alpha,
        )
        rows.append(
            {
                "first": row["first"],
                "second": row["second"],
                "stratum": row["stratum"],
                "difference": found.value,
                "low": found.low,
                "high": found.high,
                "bound": bound,
                "p_above_low": found.p_above_low,
                "p_below_high": found.p_below_high,
                "p": found.p,
                "is_equivalent": found.is_equivalent,
                "is_not_superior": found.p_below_high < alpha,
            }
        )
    return pd.DataFrame(rows)
