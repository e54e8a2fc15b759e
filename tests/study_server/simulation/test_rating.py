"""Simulated ratings rise with the activation as planted, and stay on the scale."""

from statistics import fmean

import pytest

from study_server.errors import SimulationError
from study_server.simulation.config import ObserverConfig
from study_server.simulation.observer import TrialTruth, draw_observer


def rated(percentile: float | None, condition: str = "natural") -> TrialTruth:
    return TrialTruth("main", condition, "logit:brick", None, percentile)


def config(noise_sd: float) -> ObserverConfig:
    rating = {"slope": {"natural": 0.5, "none": 0.0}, "noise_sd": noise_sd}
    return ObserverConfig.model_validate({"rng_seed": 3, "rating": rating})


def test_without_noise_the_rating_follows_the_percentile() -> None:
    observer = draw_observer(config(noise_sd=0), 0)

    ratings = [observer.rating(rated(percentile)) for percentile in (0, 50, 100)]

    assert ratings == [25, 50, 75]  # 50 + 0.5 * (percentile - 50)
    assert observer.rating(rated(100, "none")) == 50


def test_with_noise_it_does_so_on_average() -> None:
    observer = draw_observer(config(noise_sd=10), 0)

    ratings = [observer.rating(rated(70)) for _ in range(4000)]

    assert fmean(ratings) == pytest.approx(60, abs=4 * 10 / 4000**0.5)


def test_ratings_stay_on_the_scale_and_have_no_choice() -> None:
    observer = draw_observer(config(noise_sd=100), 0)

    answers = [observer.answer(rated(99)) for _ in range(200)]

    assert {answer.choice for answer in answers} == {None}
    assert all(0 <= (answer.rating or 0) <= 100 for answer in answers)


def test_a_percentile_nobody_knows_is_an_error() -> None:
    observer = draw_observer(config(noise_sd=0), 0)

    with pytest.raises(SimulationError, match="newer generator"):
        observer.answer(rated(None))


def test_observers_who_plant_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing is planted"):
        ObserverConfig(rng_seed=1)
