"""As much of Ray as a round of packs needs, with workers that die when told to."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from generator.cluster.worker import Answer


class RayError(Exception):
    """Base of what Ray raises."""


class RayTaskError(RayError):
    """The work itself failed."""

    def __init__(self, cause: Exception | None = None) -> None:
        super().__init__("task failed")
        self.cause = cause


class ActorDiedError(RayError):
    """The worker is gone."""


class ActorUnavailableError(RayError):
    """The worker is not there at present."""


class Call:
    """A call that has ended, well or badly."""

    def __init__(self, run: Callable[[], Any]) -> None:
        self.run = run


@dataclass
class FakeWorker:
    """Doubles numbers."""

    deadly: dict[int, int] = field(default_factory=dict)
    """Numbers that kill a worker, and how often they still will."""

    comes_back: bool = True
    made: list[int] = field(default_factory=list)
    n_starts: int = 0

    @property
    def make(self) -> Any:
        return SimpleNamespace(remote=lambda number: Call(lambda: self._make(number)))

    @property
    def start(self) -> Any:
        return SimpleNamespace(remote=lambda *_: Call(self._start))

    def _make(self, number: int) -> bytes:
        if self.deadly.get(number, 0) > 0:
            self.deadly[number] -= 1
            raise ActorDiedError("the worker died")
        self.made.append(number)
        return pickle.dumps(Answer(result=2 * number, progress=1))

    def _start(self) -> None:
        if not self.comes_back:
            raise ActorDiedError("the worker died for ever")
        self.n_starts += 1


class FakeRay:
    """Every call has ended as soon as it is asked for."""

    exceptions = SimpleNamespace(
        RayError=RayError,
        RayTaskError=RayTaskError,
        ActorUnavailableError=ActorUnavailableError,
    )

    def wait(
        self, calls: list[Call], timeout: float | None
    ) -> tuple[list[Call], list[Call]]:
        return calls[:1], calls[1:]

    def get(self, call: Call) -> Any:
        return call.run()
