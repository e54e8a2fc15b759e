"""One timed run of a peer, in a process and an environment of its own."""

import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from generator.benchmark.inputs import (
    BenchmarkInputs,
    PictureResult,
    load_inputs,
    measure_picture,
    write_inputs,
)
from generator.benchmark.peer_environment import PeersEnvironment, check_peers
from generator.benchmark.setting import BenchmarkSetting
from generator.errors import BenchmarkError, ConfigError

RUNNER = Path(__file__).with_name("peer_runner.py")
"""The script that the peers' Python executes."""

_LINES_SHOWN = 15
"""Of what a failed peer wrote."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """Where a search stood after some of its steps."""

    n_steps: int
    seconds: float
    """Spent on those steps and on what came before them; not on keeping pictures."""

    result: PictureResult


@dataclass(frozen=True, kw_only=True, slots=True)
class PeerTiming:
    """What one run of a peer took, and what came of it."""

    peer: str
    versions: Mapping[str, str]
    """Of the peer, torch, torchvision and Python, in the peer's environment."""

    step_seconds: tuple[float, ...]
    """Of each step; the first carries the peer's preparations."""

    peak_memory_mb: float
    """Most memory held: the process's own, or on a GPU what torch took of it."""

    memory_before_mb: float
    """The same before the search, with libraries, network and photograph loaded."""

    own_settings: Mapping[str, Any]
    """What the setting does not decide and the peer does its own way."""

    checkpoints: tuple[Checkpoint, ...]
    """At the steps asked for, in order; the last one after all steps."""

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


def run_peer(
    environment: PeersEnvironment,
    peer: str,
    setting: BenchmarkSetting,
    *,
    checkpoints: Collection[int] = (),
    pictures: Path | None = None,
) -> PeerTiming:
    """Let a peer make one accentuation, and time its steps.

    Args:
        peer: `faccent` or `horama`.
        checkpoints: numbers of steps after which the picture is measured too.
        pictures: folder for the pictures at the checkpoints and at the end, files
            PEER-after-STEPS.npy of (3, H, W) in [0, 1]. None: they are not kept.

    Raises:
        BenchmarkError: no such peer, or it fails; says what it wrote.
        MissingExtraError: the peers are not installed.
        ConfigError: a checkpoint is no step of the search.
    """
    check_peers([peer])
    _check_checkpoints(checkpoints, setting.steps)
    environment.check()
    inputs = load_inputs(setting)
    with tempfile.TemporaryDirectory(prefix="accentuate-peer-") as name:
        kept = pictures or Path(name)
        kept.mkdir(parents=True, exist_ok=True)
        request = {
            **setting.to_json(),
            **write_inputs(inputs, Path(name)),
            "peer": peer,
            "keep_after": sorted(checkpoints),
            "pictures": str(kept.absolute()),
        }
        answer = _ask(environment, request)
        return _timing(answer, inputs, setting)


def _check_checkpoints(checkpoints: Collection[int], steps: int) -> None:
    if outside := [n for n in checkpoints if not 1 <= n <= steps]:
        raise ConfigError(
            f"checkpoints lie between step 1 and the last one, {steps}; got {outside}"
        )


def _ask(environment: PeersEnvironment, request: Mapping[str, Any]) -> dict[str, Any]:
    """Send a request to the peers' Python and read its answer."""
    n_threads = str(request["n_threads"])
    threads = {"OMP_NUM_THREADS": n_threads, "MKL_NUM_THREADS": n_threads}
    try:
        done = subprocess.run(
            [str(environment.python), "-I", str(RUNNER)],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **threads, "TQDM_DISABLE": "1"},
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except OSError as error:
        raise BenchmarkError(
            f"{environment.python} cannot be started: {error}"
        ) from error
    except subprocess.CalledProcessError as error:
        last = "\n".join(error.stderr.splitlines()[-_LINES_SHOWN:])
        raise BenchmarkError(
            f"{request['peer']} failed with exit code {error.returncode}; "
            f"its last lines were:\n{last}"
        ) from error
    except json.JSONDecodeError as error:
        raise BenchmarkError(
            f"{request['peer']} answered no JSON but {done.stdout[:200]!r}"
        ) from error
    return answer


def _timing(
    answer: Mapping[str, Any], inputs: BenchmarkInputs, setting: BenchmarkSetting
) -> PeerTiming:
    """The runner's answer, with its pictures measured."""
    seconds = tuple(answer["step_seconds"])
    return PeerTiming(
        peer=answer["peer"],
        versions=answer["versions"],
        step_seconds=seconds,
        peak_memory_mb=answer["peak_memory_mb"],
        memory_before_mb=answer["memory_before_mb"],
        own_settings=answer["own_settings"],
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
