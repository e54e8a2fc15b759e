"""Simulated participants do what was planted."""

import math
from pathlib import Path
from random import Random

import pytest

from study_server.errors import SimulationError
from study_server.simulation.config import (
    ObserverConfig,
    observers_from,
    read_content,
)
from study_server.simulation.observer import (
    TrialTruth,
    draw_observer,
    logistic,
    logit_mean,
)

DEMO = Path(__file__).parents[3] / "study_server" / "demo" / "observers.toml"
MAIN = TrialTruth("main", "natural", "logit:brick", "left")


def config(**parts: object) -> ObserverConfig:
    return ObserverConfig.model_validate(
        {"rng_seed": 1, "accuracy": {"natural": 0.85}, **parts}
    )


def read_observers(path: Path) -> ObserverConfig:
    return observers_from(read_content(path), name=path.name)


def test_the_demo_observers_have_the_planted_accuracies() -> None:
    observers = read_observers(DEMO)

    assert observers.accuracy == {
        "natural": 0.85,
        "accentuation": 0.90,
        "feature_visualization": 0.75,
        "seed_only": 0.60,
        "none": 0.55,
    }
    assert observers.attention.catch == 0.97
    assert observers.dropout.hazard == 0


def test_the_share_of_correct_choices_is_the_planted_one() -> None:
    observer = draw_observer(config(), 0)

    answers = [observer.answer(MAIN) for _ in range(20_000)]

    share = sum(answer.choice == "left" for answer in answers) / len(answers)
    assert share == pytest.approx(0.85, abs=4 * math.sqrt(0.85 * 0.15 / 20_000))


@pytest.mark.parametrize(("kind", "planted"), [("catch", 0.97), ("practice", 0.9)])
def test_catch_and_practice_have_accuracies_of_their_own(
    kind: str, planted: float
) -> None:
    truth = MAIN._replace(trial_kind=kind, condition="unheard_of")

    assert draw_observer(config(), 0).accuracy(truth) == planted


@pytest.mark.parametrize("planted", [0.5, 0.6, 0.9])
@pytest.mark.parametrize("sd", [0.0, 0.5, 1.5])
def test_spread_leaves_the_mean_accuracy_as_planted(planted: float, sd: float) -> None:
    rng = Random(5)
    mean = logit_mean(planted, sd)

    draws = [logistic(mean + rng.gauss(0, sd)) for _ in range(40_000)]

    assert math.fsum(draws) / len(draws) == pytest.approx(planted, abs=0.006)


def test_without_spread_the_mean_logit_is_the_logit() -> None:
    assert logit_mean(0.8, 0) == pytest.approx(math.log(4), abs=1e-9)


def test_the_same_number_gives_the_same_participant() -> None:
    spread = config(spread={"participant_sd": 1.0})

    first = [draw_observer(spread, 3).answer(MAIN) for _ in range(1)]
    second = [draw_observer(spread, 3).answer(MAIN) for _ in range(1)]

    assert first == second
    assert draw_observer(spread, 3).ability != draw_observer(spread, 4).ability


def test_response_times_are_log_normal_around_the_median() -> None:
    times = config(response_time={"median_ms": {"natural": 2000}, "log_sd": 0.5})
    observer = draw_observer(times, 0)

    rt_ms = sorted(observer.answer(MAIN).rt_ms for _ in range(10_001))

    logs = [math.log(rt) for rt in rt_ms]
    mean = math.fsum(logs) / len(logs)
    sd = math.sqrt(math.fsum((x - mean) ** 2 for x in logs) / len(logs))
    assert rt_ms[5000] == pytest.approx(2000, rel=0.03)
    assert sd == pytest.approx(0.5, rel=0.03)


def test_people_are_surer_when_right() -> None:
    observer = draw_observer(config(), 0)
    answers = [observer.answer(MAIN) for _ in range(5000)]

    right = [a.confidence or 0 for a in answers if a.choice == "left"]
    wrong = [a.confidence or 0 for a in answers if a.choice == "right"]

    assert sum(right) / len(right) > sum(wrong) / len(wrong) + 0.3


def test_observers_leave_at_the_hazard_of_the_file() -> None:
    observer = draw_observer(config(dropout={"hazard": 0.1}), 0)

    share = sum(observer.leaves() for _ in range(10_000)) / 10_000

    assert share == pytest.approx(0.1, abs=0.012)


def test_a_condition_without_an_accuracy_is_named() -> None:
    with pytest.raises(SimulationError, match="no accuracy for condition 'seed_only'"):
        draw_observer(config(), 0).answer(MAIN._replace(condition="seed_only"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rng_seed = ", "not valid TOML"),
        ("rng_seed = 1", "nothing is planted"),
        ("rng_seed = 1\n[accuracy]\nnatural = 1.5", r"accuracy\.natural"),
        ("rng_seed = 1\n[accuracy]\nnatural = 0.9\n[typo]", "typo: Extra inputs"),
        (
            "rng_seed = 1\n[accuracy]\nnatural = 0.9\n"
            "[confidence]\ncorrect = [0.5, 0.5, 0.5]",
            "must add up to 1",
        ),
    ],
)
def test_a_broken_file_is_refused_with_the_fault(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "observers.toml"
    path.write_text(text)

    with pytest.raises(SimulationError, match=reason):
        read_observers(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="cannot read"):
        read_observers(tmp_path / "none.toml")
