"""Can a machine tell the right option from all that is not on the picture? (5.4)

It is given what surrounds the pictures of a trial: number of bytes, size in pixels,
ids, headers, order in the JSON, and how long each took to arrive.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from flask import Flask
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sqlalchemy import select

from study_server.db import Database
from study_server.models import Trial
from tests.study_server.truth.recorder import Answer, Recorder, option_urls

N_FOLDS = 5
HEX_DIGITS_PER_ID = 32
CLASSIFIERS: dict[str, Callable[[], Any]] = {
    "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression(C=0.1)),
    "boosted trees": lambda: HistGradientBoostingClassifier(
        max_iter=40, learning_rate=0.2, random_state=0
    ),
}


class Cue(NamedTuple):
    """What surrounds one trial's two options, and whether the first was right."""

    session: int
    values: list[float]
    is_first_right: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Guessing:
    """How well one classifier did on sessions it had not learnt from."""

    classifier: str
    n_trials: int
    n_right: int
    low: float
    high: float
    """Exact 95 % interval of the accuracy."""
    p_value: float
    """Chance of a count as far from one half by guessing alone."""

    @property
    def accuracy(self) -> float:
        """0 to 1; 0.5 is chance."""
        return self.n_right / self.n_trials

    @property
    def is_at_chance(self) -> bool:
        """Whether guessing explains it; wrongly denied once in a thousand times."""
        return self.p_value > 0.001

    def __str__(self) -> str:
        return (
            f"{self.classifier}: {self.accuracy:.1%} right of {self.n_trials} trials, "
            f"95 % interval {self.low:.1%} to {self.high:.1%}, p = {self.p_value:.3g}"
        )


def collect_cues(app: Flask, *, n_trials: int, has_times: bool = True) -> list[Cue]:
    """Take sessions, fetching both options of each trial, until there are enough.

    Args:
        has_times: whether how long a picture took counts; without, a run can be
            repeated to the letter.
    """
    cues: list[Cue] = []
    session = 0
    while len(cues) < n_trials:
        cues += _cues_of_one(app, session, has_times=has_times)
        session += 1
    return cues[:n_trials]


def guess(cues: list[Cue]) -> list[Guessing]:
    """How well each classifier answers for sessions it was not trained on."""
    values = np.array([cue.values for cue in cues], dtype=float)  # (trials, cues)
    truth = np.array([cue.is_first_right for cue in cues])
    sessions = np.array([cue.session for cue in cues])
    return [
        _guessing(name, make(), values, truth, sessions)
        for name, make in CLASSIFIERS.items()
    ]


def _guessing(
    name: str,
    classifier: Any,
    values: NDArray[np.float64],
    truth: NDArray[np.bool_],
    sessions: NDArray[np.int_],
) -> Guessing:
    folds = GroupKFold(N_FOLDS)
    said = cross_val_predict(classifier, values, truth, groups=sessions, cv=folds)
    n_right = int((said == truth).sum())
    test = binomtest(n_right, len(truth))
    interval = test.proportion_ci(0.95)
    return Guessing(
        classifier=name,
        n_trials=len(truth),
        n_right=n_right,
        low=float(interval.low),
        high=float(interval.high),
        p_value=float(test.pvalue),
    )


def _cues_of_one(app: Flask, session: int, *, has_times: bool) -> Iterator[Cue]:
    recorder = Recorder(app)
    recorder.begin()
    while "next" not in (trial := recorder.trial()):
        urls = option_urls(trial)
        if len(urls) == 2:
            answers = [recorder.fetch(url) for url in urls]
            is_left = _correct_option(app, trial["trial_id"]) == "left"
            if not has_times:
                answers = [replace(answer, took_ms=0.0) for answer in answers]
            yield Cue(session, _values(urls, answers, trial), is_left)
        assert recorder.answer(trial).status_code == 200


def _values(
    urls: list[str], answers: list[Answer], trial: dict[str, Any]
) -> list[float]:
    """For each option in display order, then the differences, then the trial's id."""
    first, second = (
        _surroundings(url, answer) for url, answer in zip(urls, answers, strict=True)
    )
    differences = [a - b for a, b in zip(first, second, strict=True)]
    return [*first, *second, *differences, *_digits(trial["trial_id"])]


def _surroundings(url: str, answer: Answer) -> list[float]:
    width_px, height_px = struct.unpack_from(">II", answer.body, 16)
    headers = "".join(f"{name}: {value}\n" for name, value in answer.headers)
    return [
        len(answer.body),
        width_px,
        height_px,
        len(answer.headers),
        len(headers),
        float(dict(answer.headers)["Content-Length"]),
        answer.took_ms,
        *_digits(url.rpartition("/")[2]),
    ]


def _digits(hex_id: str) -> list[float]:
    assert len(hex_id) == HEX_DIGITS_PER_ID
    return [int(digit, 16) / 15 for digit in hex_id]


def _correct_option(app: Flask, trial_id: str) -> str:
    database: Database = app.extensions["database"]
    with database.read() as db:
        query = select(Trial.correct_option).where(Trial.trial_id == trial_id)
        return str(db.scalars(query).one())
