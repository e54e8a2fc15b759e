"""What surrounds a picture does not tell whether it is the right one (5.4)."""

from collections.abc import Iterator
from functools import partial
from random import Random

import pytest
from flask import Flask

from study_server.participant import enrolling, images
from study_server.services import bundles
from tests.study_server.truth.guessing import Cue, collect_cues, guess
from tests.study_server.truth.telling_bundle import make_telling_app

N_TRIALS = 250
N_PLANTED = 140


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A bundle whose right options are longer files before they are padded.

    Ids come from a fixed seed, so that every run agrees.
    """
    rng = Random(20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(enrolling, "randomness", lambda: rng)
        folder = tmp_path_factory.mktemp("guessing")
        yield make_telling_app(folder, n_main_trials=24, n_slots=40)


@pytest.fixture(scope="module")
def cues(app: Flask) -> list[Cue]:
    return collect_cues(app, n_trials=N_TRIALS, has_times=False)


def test_classifiers_are_at_chance(cues: list[Cue]) -> None:
    for found in guess(cues):
        assert found.is_at_chance, str(found)


def test_one_telling_digit_is_found(cues: list[Cue]) -> None:
    planted = [
        cue._replace(values=[*cue.values, float(cue.is_first_right)])
        for cue in cues[:N_PLANTED]
    ]

    for found in guess(planted):
        assert found.accuracy > 0.9, str(found)


def test_a_telling_length_is_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    unpadded = partial(bundles.picture_bytes, is_option=False)
    monkeypatch.setattr(
        images, "picture_bytes", lambda *place, **_is_option: unpadded(*place)
    )

    for found in guess(collect_cues(app, n_trials=N_PLANTED)):
        assert found.accuracy > 0.9, str(found)
