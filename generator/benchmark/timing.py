"""What one timed run of a library took, and what came of it."""

import statistics
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from generator.benchmark.inputs import BenchmarkInputs, PictureResult, measure_picture
from generator.benchmark.setting import BenchmarkSetting
from generator.errors import ConfigError


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """Where a search stood after some of its steps."""

    n_steps: int
    seconds: float
    """Spent on those steps and on what came before them; not on keeping pictures."""

    result: PictureResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """What one run of a library took, and what came of it."""

    library: str
    versions: Mapping[str, str]
    """Of the library, torch, torchvision and Python, in its environment."""

    step_seconds: tuple[float, ...]
    """Of each step; the first carries the preparations."""

    peak_memory_mb: float
    """Most memory held: the process's own, or on a GPU what torch took of it."""

    memory_before_mb: float
    """The same before the search, with libraries, network and photograph loaded."""

    own_settings: Mapping[str, Any]
    """What the setting does not decide and the library does its own way."""

    checkpoints: tuple[Checkpoint, ...]
    """At the steps asked for, in order; the last one after all steps."""

    floor_seconds: tuple[float, ...] = ()
    """Of the bare passes of each step, timed in between. Empty: not timed."""

    n_jobs: int = 1
    """Searched together in these steps; pictures are of the first."""

    utilization: float | None = None
    """Share of the time, 0 to 1, in which the device computed; the first step is left
    out. None: not known."""

    @property
    def n_steps(self) -> int:
        return len(self.step_seconds)

    @property
    def seconds_total(self) -> float:
        """Of the whole search; without imports, loading and saving."""
        return sum(self.step_seconds)

    @property
    def seconds_per_step(self) -> float:
        """Median over the steps after the first."""
        return statistics.median(self.step_seconds[1:])

    @property
    def floor_seconds_per_step(self) -> float | None:
        """Median likewise; None where it was not timed."""
        rest = self.floor_seconds[1:]
        return statistics.median(rest) if rest else None

    @property
    def setup_seconds(self) -> float:
        """What the first step took longer than the others."""
        return max(0.0, self.step_seconds[0] - self.seconds_per_step)

    def seconds_of(self, n_steps: int) -> float:
        """What an accentuation of so many steps takes."""
        return self.setup_seconds + n_steps * self.seconds_per_step

    @property
    def result(self) -> PictureResult:
        """After all steps."""
        return self.checkpoints[-1].result

    def to_json(self) -> dict[str, Any]:
        """Every field, and what follows from them, as JSON takes it."""
        return {
            **asdict(self),
            "n_steps": self.n_steps,
            "seconds_total": self.seconds_total,
            "seconds_per_step": self.seconds_per_step,
            "result": asdict(self.result),
        }


def check_checkpoints(checkpoints: Collection[int], steps: int) -> None:
    if outside := [n for n in checkpoints if not 1 <= n <= steps]:
        raise ConfigError(
            f"checkpoints lie between step 1 and the last one, {steps}; got {outside}"
        )


def timing_from(
    answer: Mapping[str, Any], inputs: BenchmarkInputs, setting: BenchmarkSetting
) -> Timing:
    """The runner's answer, with its pictures measured."""
    seconds = tuple(answer["step_seconds"])
    return Timing(
        library=answer["library"],
        versions=answer["versions"],
        step_seconds=seconds,
        peak_memory_mb=answer["peak_memory_mb"],
        memory_before_mb=answer["memory_before_mb"],
        own_settings=answer["own_settings"],
        floor_seconds=tuple(answer.get("floor_seconds", ())),
        n_jobs=answer.get("n_jobs", 1),
        utilization=answer.get("utilization"),
        checkpoints=tuple(
            Checkpoint(
                n_steps=int(n_steps),
                seconds=sum(seconds[: int(n_steps)]),
                result=measure_picture(
                    inputs, torch.from_numpy(np.load(path)), setting
                ),
            )
            for n_steps, path in answer["pictures"].items()
        ),
    )
