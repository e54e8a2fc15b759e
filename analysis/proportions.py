"""Exact tests of one share against chance, and two shares against each other."""

import math
from typing import NamedTuple

from scipy import optimize, special, stats

from analysis.intervals import wilson


class BinomialTest(NamedTuple):
    """p values of a count against a known chance."""

    p_two_sided: float
    p_greater: float
    mid_p_greater: float
    """Half the chance of the count itself is taken off: less conservative."""


def exact_binomial(
    n_correct: int, n_responses: int, *, chance: float = 0.5
) -> BinomialTest:
    """Exact test of a share against chance.

    Source: Clopper & Pearson (1934); Lancaster (1961) for the mid-p.
    """
    two_sided = stats.binomtest(n_correct, n_responses, chance).pvalue
    greater = float(stats.binom.sf(n_correct - 1, n_responses, chance))
    here = float(stats.binom.pmf(n_correct, n_responses, chance))
    return BinomialTest(float(two_sided), greater, greater - here / 2)


def smallest_significant_count(
    n_responses: int, *, alpha_one_sided: float = 0.05, chance: float = 0.5
) -> int | None:
    """Fewest right answers that beat chance; None where not even all right do."""
    for n_correct in range(n_responses + 1):
        if stats.binom.sf(n_correct - 1, n_responses, chance) < alpha_one_sided:
            return n_correct
    return None


class Counts(NamedTuple):
    """A share as counts."""

    n_correct: int
    n_responses: int

    @property
    def share(self) -> float:
        """Right answers per answer."""
        return self.n_correct / self.n_responses


def newcombe(
    first: Counts, second: Counts, *, level: float = 0.95
) -> tuple[float, float]:
    """Interval of a difference of independent shares from two Wilson intervals.

    Source: Newcombe (1998), Stat. Med. 17, 873-890, method 10.
    """
    (low_1, high_1), (low_2, high_2) = (
        tuple(float(end) for end in wilson(*counts, level=level))
        for counts in (first, second)
    )
    difference = first.share - second.share
    return (
        difference - math.hypot(first.share - low_1, high_2 - second.share),
        difference + math.hypot(high_1 - first.share, second.share - low_2),
    )


def agresti_caffo(
    first: Counts, second: Counts, *, level: float = 0.95
) -> tuple[float, float]:
    """Wald interval of a difference after one success and one failure were added.

    Source: Agresti & Caffo (2000), Am. Stat. 54, 280-288.
    """
    return wald_difference(
        *(Counts(c.n_correct + 1, c.n_responses + 2) for c in (first, second)),
        level=level,
    )


def wald_difference(
    first: Counts, second: Counts, *, level: float = 0.95
) -> tuple[float, float]:
    """Normal interval of a difference; for comparison with old papers only."""
    variance = sum(c.share * (1 - c.share) / c.n_responses for c in (first, second))
    half = float(special.ndtri((1 + level) / 2)) * math.sqrt(variance)
    difference = first.share - second.share
    return difference - half, difference + half


def score_difference(
    first: Counts, second: Counts, *, level: float = 0.95
) -> tuple[float, float]:
    """Differences that a score test does not reject.

    Source: Miettinen & Nurminen (1985), Stat. Med. 4, 213-226, without their factor
        n / (n - 1), as Mee (1984).
    """
    z = float(special.ndtri((1 + level) / 2))
    observed = first.share - second.share

    def excess(difference: float) -> float:
        return abs(_score(first, second, difference)) - z

    low = (
        -1.0
        if excess(-1 + 1e-12) < 0
        else optimize.brentq(excess, -1 + 1e-12, observed)
    )
    high = (
        1.0 if excess(1 - 1e-12) < 0 else optimize.brentq(excess, observed, 1 - 1e-12)
    )
    return float(low), float(high)


def _score(first: Counts, second: Counts, difference: float) -> float:
    """Standardized distance of the observed from a supposed difference."""

    def log_likelihood_slope(share: float) -> float:
        """Of the second share, when the first is that plus the difference."""
        other = share + difference
        return (
            first.n_correct / other
            - (first.n_responses - first.n_correct) / (1 - other)
            + second.n_correct / share
            - (second.n_responses - second.n_correct) / (1 - share)
        )

    tiny = 1e-13
    low, high = max(0.0, -difference) + tiny, min(1.0, 1 - difference) - tiny
    ends = log_likelihood_slope(low), log_likelihood_slope(high)
    if ends[0] <= 0:
        share = low
    elif ends[1] >= 0:
        share = high
    else:
        share = float(optimize.brentq(log_likelihood_slope, low, high, xtol=1e-15))
    other = share + difference
    variance = other * (1 - other) / first.n_responses
    variance += share * (1 - share) / second.n_responses
    distance = first.share - second.share - difference
    return distance / math.sqrt(variance) if variance > 0 else math.inf * distance


class McNemar(NamedTuple):
    """p values from the two discordant counts."""

    p_exact: float
    p_chi2_continuity_corrected: float


def mcnemar(only_first: int, only_second: int) -> McNemar:
    """Two answers to the same trials: is one of them right more often?

    Args:
        only_first, only_second: trials only the first, only the second got right.

    Source: McNemar (1947), Psychometrika 12, 153-157.
    """
    n = only_first + only_second
    if n == 0:
        return McNemar(math.nan, math.nan)
    exact = float(stats.binomtest(only_first, n, 0.5).pvalue)
    chi2 = max(abs(only_first - only_second) - 1, 0) ** 2 / n
    if only_first == only_second:
        chi2 = 1 / n
    return McNemar(exact, float(stats.chi2.sf(chi2, 1)))
