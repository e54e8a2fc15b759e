"""Hand-worked figures of the specification."""

from random import Random

import pytest

from study_server.audit.figures import (
    catch_rule,
    expected_minutes,
    practice_passed_by_guessing,
    smallest_difference,
)
from study_server.design.schedule import draw_plan
from tests.study_server.design.bundles import nominal_bundle
from tests.study_server.design.test_presets import whole


@pytest.mark.parametrize(
    ("rule", "percent"),
    [
        ((2, 3), (50.0, 84.4, 99.7)),
        ((4, 5), (18.8, 63.3, 99.2)),
        ((7, 8), (3.5, 36.7, 97.8)),
        ((8, 8), (0.4, 10.0, 78.4)),
    ],
)
def test_the_table_of_catch_rules(
    rule: tuple[int, int], percent: tuple[float, ...]
) -> None:
    """1.20."""
    kept = catch_rule(*rule).kept.values()

    assert tuple(round(100 * share, 1) for share in kept) == percent


def test_nine_of_256_guessers_pass_seven_of_eight() -> None:
    """1.20: (8 + 1) / 2**8."""
    assert catch_rule(7, 8).kept["guesser"] == 9 / 256


def test_practice_lets_in_one_guesser_in_eleven() -> None:
    """1.20: 1 - (31/32)**3."""
    assert practice_passed_by_guessing(5, 5, 3) == pytest.approx(1 - (31 / 32) ** 3)


@pytest.mark.parametrize(
    ("n_participants", "n_features", "points"),
    [(200, 50, 6.4), (200, 100, 4.5), (1e9, 40, 5.5)],
)
def test_the_precision_of_our_design(
    n_participants: float, n_features: int, points: float
) -> None:
    """1.14."""
    found = smallest_difference(
        n_participants=n_participants,
        n_features=n_features,
        n_responses=n_participants * n_features / 5,
    )

    assert round(found, 1) == points


def test_our_sessions_take_eighteen_minutes() -> None:
    """1.18: 58 x (8 + 6) s = 13.5 min and 4 around it; practice and reading added."""
    plan = draw_plan(
        whole("extrapolation"), nominal_bundle(60, 4, 8), slot_index=0, rng=Random(0)
    )

    minutes = expected_minutes(
        [trial for trial in plan if trial.trial_kind != "practice"],
        panel_min_ms=8_000,
        instructions_min_ms=0,
        feedback_ms=0,
    )

    assert minutes == pytest.approx(58 * 14 / 60 + 4)
