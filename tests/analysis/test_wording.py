import pytest

from analysis.wording import (
    condition_label,
    contrast_label,
    counted,
    evidence,
    listed,
    p_value,
    percent,
    points,
    seconds,
)


@pytest.mark.parametrize(
    ("factor", "text"),
    [
        (0.2, "0.2"),
        (12.345, "12.3"),
        (4321.4, "4,321"),
        (1e9, "> 1,000,000"),
        (1e-5, "< 1/1,000"),
        (None, "n/a"),
    ],
)
def test_a_bayes_factor_has_three_figures(factor: float | None, text: str) -> None:
    assert evidence(factor) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0004, "< .001"),
        (0.0341, "= .034"),
        (0.5, "= .50"),
        (1.0, "= 1.00"),
        (0.9999, "= 1.00"),
        (None, "n/a"),
        (float("nan"), "n/a"),
    ],
)
def test_a_p_value_carries_its_relation(p: float | None, text: str) -> None:
    assert p_value(p) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.123, "+12.3"), (-0.05, "\N{MINUS SIGN}5.0"), (-0.0001, "0.0"), (None, "n/a")],
)
def test_a_difference_in_points_carries_its_sign(
    value: float | None, text: str
) -> None:
    assert points(value) == text


def test_undefined_numbers_are_never_shown_as_zero() -> None:
    assert percent(None) == seconds(None) == "n/a"
    assert percent(0.0) == "0.0 %"
    assert seconds(1234.0) == "1.23 s"


def test_conditions_are_spelled_for_people() -> None:
    assert condition_label("feature_visualization") == "feature visualization"
    assert condition_label("my_own_kind") == "my own kind"
    assert contrast_label("accentuation", "seed_only") == (
        "feature accentuation \N{MINUS SIGN} seed images only"
    )


def test_counts_agree_with_their_nouns() -> None:
    assert counted(1, "feature") == "1 feature"
    assert counted(1200, "person", "people") == "1,200 people"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([]) == ""
