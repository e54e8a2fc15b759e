"""Simulated ratings rise with the activation as planted, and stay on the scale."""

from pathlib import Path
from statistics import fmean

import pytest
from flask import Flask
from sqlalchemy import select

from study_server.errors import SimulationError
from study_server.models import Trial
from study_server.simulation.answer_key import read_session
from study_server.simulation.config import ObserverConfig
from study_server.simulation.observer import TrialTruth, draw_observer
from tests.study_server.truth.task_studies import TASKS, make_task_app, study_id_of


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


def test_the_answer_key_of_each_task_is_enough_to_answer_by(tmp_path: Path) -> None:
    """What a real session is planned with, read from its database and bundle."""
    app = make_task_app(tmp_path)
    config, database = (app.extensions[k] for k in ("server_config", "database"))
    observers = ObserverConfig(
        rng_seed=1,
        accuracy=dict.fromkeys(("accentuation", "natural", "none", "seed_only"), 0.8)
        | {"feature_visualization": 0.8},
    )
    for task in TASKS:
        begin_session(app, study_id_of(task), config.simulation_key())
        with database.read() as db:
            one = db.scalars(select(Trial.trial_id).where(Trial.task == task)).first()
        facts = read_session(database, one, bundles_dir=config.bundles_dir)
        observer = draw_observer(observers, 0)

        answers = [observer.answer(truth) for truth in facts.truths.values()]

        is_rating = task == "rating"
        assert len(answers) >= 4
        assert {answer.choice is None for answer in answers} == {is_rating}
        assert {answer.rating is None for answer in answers} == {not is_rating}


def begin_session(app: Flask, study_id: str, simulation_key: str) -> None:
    """Consent and pass the device check, which is when the plan is drawn."""
    client = app.test_client()
    path, key = f"/s/{study_id}/api/session", {"X-Simulation-Key": simulation_key}
    begun = client.post(path, json={"consent": True}, headers=key)
    bearer = {"Authorization": f"Bearer {begun.get_json()['token']}"}
    able = dict.fromkeys(
        ("has_modules", "has_decode", "has_pointer_events", "has_outbox"), True
    )
    window = {"window_width_px": 1280, "window_height_px": 800}
    passed = client.post(f"{path}/device", json={**able, **window}, headers=bearer)
    assert passed.status_code == 200
