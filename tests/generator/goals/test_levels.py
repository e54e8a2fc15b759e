"""Levels of activation: what each asks for, and what is refused."""

import numpy as np
import pytest

from generator.errors import ConfigError
from generator.goals.levels import Level, activation_at, natural_range

HUNDREDTHS = (np.arange(0, 1001) / 100).astype(np.float32)
"""0, 0.01, ... 10: the p-th percentile is p / 10."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("value=-3.5", -3.5),
        ("percentile=50", 5.0),
        ("percentile=99.9", 9.99),
        ("percentile=100", 10.0),
        ("natural_max=1.5", 1.5 * 9.99),
    ],
)
def test_a_level_asks_for_the_activation_worked_out_by_hand(
    text: str, expected: float
) -> None:
    found = activation_at(Level.parse(text), HUNDREDTHS, feature="f")

    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("99", "KIND=AMOUNT"),
        ("sigma=2", "value, percentile, natural_max"),
        ("percentile=0.05", "between 0.1 and 100"),
        ("percentile=101", "between 0.1 and 100"),
        ("natural_max=3.1", "at most 3"),
        ("natural_max=0", "above 0"),
        ("value=inf", "finite"),
    ],
)
def test_a_level_out_of_range_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Level.parse(text)


def test_percentiles_among_the_zeros_of_a_relu_are_refused() -> None:
    sparse = np.array([0] * 80 + list(range(1, 21)), dtype=np.float32)

    with pytest.raises(ConfigError, match=r"80 of 100 photographs.*up to 80\.0"):
        activation_at(Level.parse("percentile=50"), sparse, feature="a:1")

    assert activation_at(Level.parse("percentile=95"), sparse, feature="a:1") > 10


def test_a_multiple_of_a_maximum_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="needs one above 0"):
        activation_at(
            Level.parse("natural_max=2"), -np.float32(1) - HUNDREDTHS, feature="f"
        )


def test_levels_without_photographs_are_refused_but_for_plain_values() -> None:
    nothing = np.empty(0, dtype=np.float32)

    assert activation_at(Level.parse("value=2"), nothing, feature="f") == 2
    with pytest.raises(ConfigError, match="pool"):
        activation_at(Level.parse("percentile=50"), nothing, feature="f")


def test_the_natural_range_leaves_out_a_thousandth_at_each_end() -> None:
    assert natural_range(HUNDREDTHS, feature="f") == pytest.approx(9.98, rel=1e-5)
    with pytest.raises(ConfigError, match="responds alike"):
        natural_range(np.ones(10, dtype=np.float32), feature="f")
