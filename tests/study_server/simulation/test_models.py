"""The law of each observer model: what it plants must be found in its answers (9.4)."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from study_server.errors import SimulationError
from study_server.simulation.config import (
    ObserverConfig,
    group_of,
    observers_from,
    read_content,
)
from study_server.simulation.observer import (
    Answer,
    Observer,
    TrialTruth,
    draw_observer,
)

N = 8_000
ACCURACY, CATCH = 0.85, 0.97
SIDES = ("left", "right")


def config(**parts: Any) -> ObserverConfig:
    return observers_from(
        {"rng_seed": 1, "default_accuracy": ACCURACY, **parts}, name="a test"
    )


def trials(kind: str = "main", n: int = N) -> list[TrialTruth]:
    """The target is on each side equally often, as in every plan (2.5)."""
    return [TrialTruth(kind, "natural", "logit:brick", SIDES[i % 2]) for i in range(n)]


def answers(observer: Observer, truths: Sequence[TrialTruth]) -> list[Answer]:
    return [observer.answer(truth) for truth in truths]


def share_correct(given: Sequence[Answer], truths: Sequence[TrialTruth]) -> float:
    pairs = zip(given, truths, strict=True)
    return sum(a.choice == t.correct_option for a, t in pairs) / len(given)


def near(share: float, n: int = N) -> Any:
    """Within four standard errors of a share of n."""
    return pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / n) + 1e-9)


@pytest.mark.parametrize("kind", ["main", "catch"])
def test_a_guesser_is_right_in_half_of_all_trials(kind: str) -> None:
    observer = draw_observer(config(lapse={"rate": 1.0}), 0)
    truths = trials(kind)

    assert share_correct(answers(observer, truths), truths) == near(0.5)


def test_3_5_percent_of_guessers_pass_seven_of_eight_catch_trials() -> None:
    """9.4, 1.19: 9/256."""
    guessers = config(lapse={"rate": 1.0})
    truths, n = trials("catch", 8), 3_000

    n_passed = sum(
        share_correct(answers(draw_observer(guessers, index), truths), truths) >= 7 / 8
        for index in range(n)
    )

    assert n_passed / n == near(9 / 256, n)


def test_a_side_bias_shows_in_the_sides_and_costs_accuracy_only_what_is_guessed() -> (
    None
):
    observer = draw_observer(config(bias={"rate": 0.4, "p_left": 0.9}), 0)
    truths = trials()

    given = answers(observer, truths)

    n_left = sum(answer.choice == "left" for answer in given)
    assert n_left / N == near(0.4 * 0.9 + 0.6 * 0.5)
    assert share_correct(given, truths) == near(0.4 * 0.5 + 0.6 * ACCURACY)


def test_lapses_fail_catch_trials_at_the_binomial_rate() -> None:
    observer = draw_observer(config(lapse={"rate": 0.2}), 0)
    truths = trials("catch")

    found = share_correct(answers(observer, truths), truths)

    assert found == near(0.8 * CATCH + 0.2 * 0.5)


def test_fatigue_takes_the_same_from_accuracy_with_every_trial() -> None:
    tired = config(lapse={"per_trial": 0.01})
    truths, n = trials(n=60), 400
    n_correct = [0] * len(truths)

    for index in range(n):
        for place, answer in enumerate(answers(draw_observer(tired, index), truths)):
            n_correct[place] += answer.choice == truths[place].correct_option

    for half in (slice(0, 30), slice(30, 60)):
        mean_lapse = 0.01 * (half.start + half.stop - 1) / 2
        expected = ACCURACY - mean_lapse * (ACCURACY - 0.5)
        assert sum(n_correct[half]) / (30 * n) == near(expected, 30 * n)


def test_fatigue_ends_at_guessing() -> None:
    observer = draw_observer(config(lapse={"per_trial": 1.0}), 0)
    truths = trials()

    assert share_correct(answers(observer, truths)[1:], truths[1:]) == near(0.5)


def test_a_straight_liner_presses_one_button_in_every_trial() -> None:
    liners = config(straight_line={"rate": 1})
    sides = set()
    for index in range(20):
        given = answers(draw_observer(liners, index), trials(n=30))
        buttons = {(answer.choice, answer.confidence) for answer in given}
        assert len(buttons) == 1
        sides |= {side for side, _ in buttons}

    assert sides == set(SIDES), "each has a side of their own"


def test_a_straight_liner_may_be_told_the_side() -> None:
    liners = config(straight_line={"rate": 1, "side": "right", "confidence": 3})

    given = answers(draw_observer(liners, 0), trials(n=30))

    assert {(a.choice, a.confidence) for a in given} == {("right", 3)}


def test_whoever_is_too_fast_is_below_the_limit_and_right_by_chance() -> None:
    observer = draw_observer(config(too_fast={"rate": 1.0, "max_ms": 300}), 0)
    truths = trials()

    given = answers(observer, truths)

    assert all(150 <= answer.rt_ms < 300 for answer in given)
    assert share_correct(given, truths) == near(0.5)


def test_careless_ratings_are_anywhere_or_always_the_middle() -> None:
    rated = [TrialTruth("main", "natural", "logit:brick", None, 99.0)] * 2_000
    guesser = draw_observer(config(lapse={"rate": 1.0}), 0)
    liner = draw_observer(config(straight_line={"rate": 1}), 0)

    spread = [answer.rating or 0 for answer in answers(guesser, rated)]

    assert sum(spread) / len(spread) == pytest.approx(50, abs=4 * 29.2 / 2_000**0.5)
    assert {answer.rating for answer in answers(liner, rated)} == {50}


@pytest.mark.parametrize(
    "part",
    [
        {"lapse": {"rate": 1.0}},
        {"bias": {"rate": 1.0, "p_left": 1.0}},
        {"straight_line": {"rate": 1, "side": "left"}},
        {"too_fast": {"rate": 1.0}},
    ],
)
def test_practice_is_passed_by_everyone_as_attention_says(part: dict[str, Any]) -> None:
    observer = draw_observer(config(**part, attention={"practice": 1.0}), 0)
    truths = trials("practice", 40)

    assert share_correct(answers(observer, truths), truths) == 1


def test_planted_accuracies_are_found_in_each_condition() -> None:
    planted = {"natural": 0.8, "seed_only": 0.6}
    observer = draw_observer(config(accuracy=planted), 0)
    for condition, accuracy in {**planted, "none": ACCURACY}.items():
        truths = [truth._replace(condition=condition) for truth in trials()]
        assert share_correct(answers(observer, truths), truths) == near(accuracy)


def test_answers_take_longest_for_visualizations_and_least_without_a_panel() -> None:
    """9.5: medians of a few seconds, with a right tail to tens of them."""
    observer = draw_observer(config(), 0)

    def times_ms(condition: str) -> list[float]:
        truths = [truth._replace(condition=condition) for truth in trials(n=3_000)]
        return sorted(answer.rt_ms for answer in answers(observer, truths))

    times = {c: times_ms(c) for c in ("none", "natural", "feature_visualization")}
    medians = [times[condition][1_500] for condition in times]
    assert 1_000 < medians[0] < medians[1] < medians[2] < 5_000
    assert 10_000 < times["feature_visualization"][-1] < 100_000


def test_groups_are_as_large_as_their_shares_and_stay_what_they_are() -> None:
    observers = config(
        groups=[
            {"name": "careful", "share": 3},
            {"name": "guessers", "share": 1, "model": "chance"},
        ]
    )
    n = 4_000

    names = [draw_observer(observers, index).group for index in range(n)]

    assert names.count("guessers") / n == near(0.25, n)
    assert names[7] == draw_observer(observers, 7).group


def test_a_group_changes_its_model_and_all_else_is_the_files() -> None:
    observers = config(
        attention={"catch": 0.9},
        groups=[
            {
                "name": "one",
                "share": 1,
                "model": "biased",
                "bias": {"p_left": 0.1},
                "accuracy": {"natural": 0.7},
            }
        ],
    )

    member = draw_observer(observers, 0).config

    assert (member.bias.rate, member.bias.p_left) == (0.5, 0.1)
    assert member.accuracy == {"natural": 0.7}
    assert member.attention.catch == 0.9


def test_without_groups_everyone_is_alike() -> None:
    assert group_of(config(), 5) is None
    assert draw_observer(config(), 5).group == "everyone"


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ([{"name": "a", "share": 1, "model": "clever"}], "groups.0.model"),
        ([{"name": "a", "share": 0}], "groups.0.share"),
        ([{"name": "a", "share": 1, "lapse": {"rate": 2}}], "lapse.rate|rate"),
        ([{"name": "a", "share": 1}] * 2, "the same name: a, a"),
    ],
)
def test_groups_that_cannot_be_are_refused(
    groups: list[dict[str, Any]], reason: str
) -> None:
    with pytest.raises(SimulationError, match=reason):
        config(groups=groups)


def test_observers_may_be_written_as_json(tmp_path: Path) -> None:
    path = tmp_path / "observers.json"
    path.write_text(json.dumps({"rng_seed": 4, "accuracy": {"natural": 0.7}}))

    assert observers_from(read_content(path), name="x").accuracy == {"natural": 0.7}
    path.write_text("[1]")
    with pytest.raises(SimulationError, match="must hold an object"):
        read_content(path)
    path.write_text("{")
    with pytest.raises(SimulationError, match="not valid JSON"):
        read_content(path)
