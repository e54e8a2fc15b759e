"""Figures of the client's record, on hand-worked cases."""

import pytest

from study_server.endurance.ledger import percentile_ms
from study_server.endurance.loadtest import slope_per_hour


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 50.0), (95, 95.0), (99, 99.0), (100, 100.0)]
)
def test_a_percentile_is_the_smallest_that_so_many_do_not_exceed(
    percent: int, expected: float
) -> None:
    assert percentile_ms([float(n) for n in range(100, 0, -1)], percent) == expected


def test_of_one_measurement_every_percentile_is_it() -> None:
    assert percentile_ms([3.0], 50) == percentile_ms([3.0], 99) == 3.0


def test_of_no_measurement_there_is_none() -> None:
    assert percentile_ms([], 50) is None


def test_a_slope_is_per_hour() -> None:
    assert slope_per_hour([(0, 10.0), (1800, 11.0), (3600, 12.0)]) == pytest.approx(2)


def test_two_points_make_no_slope() -> None:
    assert slope_per_hour([(0, 1.0), (1, 2.0)]) is None
