"""Contrasts of one fit: log-odds, odds ratio, and points of marginal accuracy."""

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from analysis.mixed.design import PrimaryDesign
from analysis.mixed.fit import MixedFit
from analysis.mixed.marginal import Marginal, marginal_accuracy, mean_of, minus

AVERAGE = "average"
"""Name of the equal-weight mean over strata."""

COLUMNS = (
    "first",
    "second",
    "stratum",
    "log_odds",
    "standard_error",
    "low",
    "high",
    "t",
    "df",
    "p",
    "odds_ratio",
    "odds_ratio_low",
    "odds_ratio_high",
    "difference",
    "difference_error",
    "difference_low",
    "difference_high",
    "difference_method",
)
"""Of a row: log-odds and odds ratio of first over second, then marginal accuracies
(difference -1 to 1), each with its interval."""


class Contrasts:
    """The reference minus each other condition, in one fit."""

    def __init__(
        self, design: PrimaryDesign, fit: MixedFit, *, df: int, level: float
    ) -> None:
        """Keep what every row needs.

        Args:
            df: degrees of freedom of t.
            level: nominal coverage of the intervals.
        """
        self.design, self.fit, self.df = design, fit, df
        self.t_end = float(stats.t.ppf((1 + level) / 2, df))
        self._marginals: dict[tuple[str, str | None], Marginal] = {}

    def row(self, other: str, stratum: str | None = None) -> dict[str, object]:
        """One contrast in one stratum, the reference one by default."""
        strata = self.design.strata
        where = stratum or (strata[0] if strata else None)
        return self._row(other, [where], where)

    def average_row(self, other: str) -> dict[str, object]:
        """One contrast averaged over strata with equal weight."""
        return self._row(other, self.design.strata, AVERAGE)

    def marginal(self, condition: str, stratum: str | None) -> Marginal:
        """Accuracy of a condition averaged over the random effects."""
        key = condition, stratum
        if key not in self._marginals:
            rows = self.design.rows_as(condition, stratum)
            self._marginals[key] = marginal_accuracy(rows, *self.fit.parameters)
        return self._marginals[key]

    def _row(
        self, other: str, strata: Sequence[str | None], label: str | None
    ) -> dict[str, object]:
        design, fit = self.design, self.fit
        first = design.conditions[0]
        cell: dict[str, object] = dict.fromkeys(COLUMNS, math.nan)
        cell |= {"first": first, "second": other, "stratum": label, "df": self.df}
        if fit.covariance is None:
            return cell | {"difference_method": None}
        weights = -np.mean([design.coefficients_of(other, s) for s in strata], axis=0)
        value = float(weights @ fit.parameters.coefficients)
        covariance = fit.covariance.of_coefficients(len(weights))
        error = math.sqrt(weights @ covariance @ weights)
        low, high = value - self.t_end * error, value + self.t_end * error
        difference = mean_of(
            [minus(self.marginal(first, s), self.marginal(other, s)) for s in strata]
        )
        spread = difference.standard_error(fit.covariance.matrix)
        return cell | {
            "log_odds": value,
            "standard_error": error,
            "low": low,
            "high": high,
            "t": value / error,
            "p": float(2 * stats.t.sf(abs(value / error), self.df)),
            "odds_ratio": math.exp(value),
            "odds_ratio_low": math.exp(low),
            "odds_ratio_high": math.exp(high),
            "difference": difference.value,
            "difference_error": spread,
            "difference_low": max(difference.value - self.t_end * spread, -1.0),
            "difference_high": min(difference.value + self.t_end * spread, 1.0),
            "difference_method": f"delta method; covariance: {fit.covariance.kind}",
        }
