import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import ConfigError
from analysis.intervals import (
    GENERALIZATIONS,
    clopper_pearson,
    percentile_ends,
    student_t,
    wilson,
)


@pytest.mark.parametrize(
    ("n_correct", "n", "low", "high"),
    [  # Newcombe (1998) and later tables, 95 %
        (41, 50, 0.6920394633, 0.9022980733),
        (0, 20, 0.0, 0.1611251581),
        (50, 50, 0.9286524009, 1.0),
        (1, 1, 0.2065493144, 1.0),
    ],
)
def test_wilson_interval_of_known_proportions(
    n_correct: int, n: int, low: float, high: float
) -> None:
    ends = wilson(n_correct, n)

    assert (float(ends[0]), float(ends[1])) == pytest.approx((low, high), abs=1e-9)


@given(st.integers(1, 300), st.data())
def test_proportion_intervals_contain_the_share_and_mirror(
    n: int, data: st.DataObject
) -> None:
    correct = data.draw(st.integers(0, n))

    for function in (wilson, clopper_pearson):
        low, high = (float(end) for end in function(correct, n))
        mirrored_low, mirrored_high = (float(e) for e in function(n - correct, n))
        assert 0 <= low <= correct / n <= high <= 1
        assert mirrored_low == pytest.approx(1 - high, abs=1e-12)
        assert mirrored_high == pytest.approx(1 - low, abs=1e-12)


def test_ends_are_exactly_zero_and_one_where_nothing_varies() -> None:
    for function in (wilson, clopper_pearson):
        low, high = function([0, 20], [20, 20])
        assert low[0] == 0.0
        assert high[1] == 1.0


@pytest.mark.parametrize(("correct", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(correct: int, n: int) -> None:
    with pytest.raises(ConfigError, match="0 <= n_correct <= n_responses"):
        wilson(correct, n)


def test_t_interval_uses_the_quantile_of_its_degrees_of_freedom() -> None:
    """The .975 quantile of t with 10 degrees of freedom is 2.228 in any table."""
    low, high = student_t(0.5, 0.1, 10)

    assert (low, high) == pytest.approx((0.5 - 0.2228, 0.5 + 0.2228), abs=1e-4)


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile_ends(np.arange(1.0, 101.0), level=0.9) == (5.0, 95.0)


def test_too_many_undefined_resamples_give_no_interval() -> None:
    resampled = np.linspace(0, 1, 1000)
    resampled[:10] = np.nan
    assert percentile_ends(resampled) is not None

    resampled[:11] = np.nan
    assert percentile_ends(resampled) is None


def test_every_generalization_has_a_sentence() -> None:
    assert set(GENERALIZATIONS) == {
        "nothing_new",
        "new_participants",
        "new_features",
        "both",
    }
