"""Each check of our own code fails when that code is broken on purpose."""

from collections.abc import Callable
from typing import Any

import pytest

from generator import accentuation, activation_levels, feature_text, objectives
from generator.goals.budget_search import BudgetSearch
from generator.parameterization import color
from generator.search import balance, opacity, passes, preparation, problem
from generator.verification.registry import RULES
from tests.generator.verification.checking import checked

Change = Callable[[Any], Any]
"""From what stands there to what is put in its place."""


def assert_seen(
    monkeypatch: pytest.MonkeyPatch, id_: str, at: object, name: str, change: Change
) -> None:
    """The check measures a number beyond its bound while the code is changed."""
    monkeypatch.setattr(at, name, change(getattr(at, name)))

    check = checked(id_)

    assert check.value is not None, check.detail
    assert not check.holds


def test_a_map_not_corrected_for_coverage_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def raw(_true: Any) -> Any:
        return lambda self: self.raw.mean(1)

    assert_seen(
        monkeypatch, "opacity_map", opacity.OpacityAccumulator, "corrected", raw
    )


def test_a_step_that_follows_more_than_the_gradient_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def longer(true: Any) -> Any:
        return lambda *a, **k: true(*a, **k) * 1.001

    assert_seen(monkeypatch, "lean_step", problem, "_gradient", longer)


def test_a_balance_measured_where_float32_ends_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_near(true: Any) -> Any:
        return lambda parameters, offset: true(parameters, 1e-4 * offset)

    assert_seen(monkeypatch, "balance.number_formats", balance, "_beside", too_near)


def test_a_balance_measured_over_a_single_crop_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def once(true: Any) -> Any:
        return lambda *given, n_draws, **k: true(*given, n_draws=min(n_draws, 1), **k)

    assert_seen(monkeypatch, "balance.rng_seeds", preparation, "measure_pull", once)


@pytest.mark.parametrize(
    ("operator", "wrong"),
    [
        ("+", lambda left, right: left + right + 1e-3),
        ("-", lambda left, right: right - left),
        ("*", lambda left, right: left * right + 1e-3),
        ("/", lambda left, right: left / (right + 1e-4)),
        ("**", lambda left, right: left ** (right + 1e-4)),
    ],
)
def test_an_operator_that_computes_something_else_is_seen(
    monkeypatch: pytest.MonkeyPatch, operator: str, wrong: Change
) -> None:
    def with_wrong(true: dict[str, Any]) -> dict[str, Any]:
        return {**true, operator: wrong}

    assert_seen(monkeypatch, "algebra", objectives, "_COMPUTE", with_wrong)


def test_an_expression_read_the_wrong_way_round_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def swapped(true: Any) -> Any:
        def joined(self: Any, operator: str, *parts: Any) -> Any:
            ordered = parts[::-1] if operator == "-" else parts
            return true(self, operator, *ordered)

        return joined

    assert_seen(monkeypatch, "algebra", feature_text._Reader, "_joined", swapped)


@pytest.mark.parametrize(
    "id_", [rule.id for rule in RULES if rule.id.startswith("round_trip.")]
)
def test_colors_cut_off_on_the_way_to_parameters_are_seen(
    monkeypatch: pytest.MonkeyPatch, id_: str
) -> None:
    assert_seen(monkeypatch, id_, color, "_CLIP", lambda _: 0.2)


def test_smaller_passes_that_repeat_the_first_crops_are_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def first_ones(true: Any) -> Any:
        def of(self: passes.Part, draws: Any) -> Any:
            return true(passes.Part(self.jobs, range(len(self.draws))), draws)

        return of

    assert_seen(monkeypatch, "out_of_memory", passes.Part, "of", first_ones)


def test_an_activation_measured_before_rounding_to_8_bits_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert_seen(
        monkeypatch,
        "saved_activation",
        accentuation,
        "quantize",
        lambda _: lambda image: image,
    )


def test_a_budget_kept_by_a_meter_that_says_too_much_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_much(true: Any) -> Any:
        return lambda self, parameters: 1.2 * true(self, parameters)

    assert_seen(monkeypatch, "budget", BudgetSearch, "_measure", too_much)


def test_levels_looked_for_on_another_scale_are_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stretched(true: Any) -> Any:
        def activations(*given: Any) -> Any:
            return lambda parameters: 1.1 * true(*given)(parameters)

        return activations

    assert_seen(monkeypatch, "target", activation_levels, "_activations", stretched)
