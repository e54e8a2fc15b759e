"""A participant's browser that keeps everything it is sent, answer by answer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.study_server.participant.visitor import BASE, Visitor


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back to one request."""

    method: str
    path: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    took_ms: float

    @property
    def kind(self) -> str:
        """The content type, without its parameters."""
        return dict(self.headers).get("Content-Type", "").partition(";")[0]

    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.body)


class Recorder(Visitor):
    """Takes part as others do, looks at every picture, and writes everything down."""

    def __init__(self, app: Flask, base: str = BASE) -> None:
        super().__init__(app, base)
        self.answers: list[Answer] = []
        self.option_paths: set[str] = set()
        self._asked_at = perf_counter()

    def look_at(self, trial: dict[str, Any]) -> dict[str, Answer]:
        """Fetch every picture of a trial in the order of the JSON, once each.

        Returns:
            URL to what came back.
        """
        self.option_paths |= set(option_urls(trial))
        return {url: self.fetch(url) for url in picture_urls(trial)}

    def fetch(self, url: str) -> Answer:
        """What the server answers to a URL it named itself."""
        self._asked_at = perf_counter()
        self.get(url.removeprefix(self.base))
        return self.answers[-1]

    def take_whole_session(self) -> int:
        """From the consent page to the last one; returns the number of trials."""
        self.begin()
        n_trials = 0
        while "next" not in (trial := self.trial()):
            self.look_at(trial)
            assert self.answer(trial).status_code == 200
            n_trials += 1
        self.finish()
        return n_trials

    def _note(self, answer: TestResponse) -> TestResponse:
        self.answers.append(
            Answer(
                method=answer.request.method,
                path=answer.request.path,
                status=answer.status_code,
                headers=tuple(answer.headers),
                body=answer.data,
                took_ms=1000 * (perf_counter() - self._asked_at),
            )
        )
        return super()._note(answer)


def picture_urls(trial: dict[str, Any]) -> list[str]:
    """The addresses of a trial's own pictures, in the order of the JSON."""
    return [
        entry["url"]
        for name, part in trial.items()
        if name != "upcoming"
        for entry in _pictures(part)
    ]


def option_urls(trial: dict[str, Any]) -> list[str]:
    """The addresses of what is asked about, in the order of the JSON."""
    return [option["url"] for option in trial["options"]]


def strings_in(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys and numbers included."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield key
            yield from strings_in(held)
    elif isinstance(value, list):
        for held in value:
            yield from strings_in(held)
    else:
        yield json.dumps(value)


def _pictures(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict) and "url" in value:
        yield value
    elif isinstance(value, list):
        for held in value:
            yield from _pictures(held)
