"""One timed run of a peer, in a process and an environment of its own."""

import tempfile
from collections.abc import Collection
from pathlib import Path

import torchvision

from generator.benchmark.inputs import load_inputs, write_inputs
from generator.benchmark.peer_environment import PeersEnvironment, check_peers
from generator.benchmark.process import ask
from generator.benchmark.setting import BenchmarkSetting
from generator.benchmark.timing import Timing, check_checkpoints, timing_from
from generator.errors import BenchmarkError

RUNNER = Path(__file__).with_name("peer_runner.py")
"""The script that the peers' Python executes."""


def check_peers_know(network: str) -> None:
    """Refuse a network that the peers could not build again.

    Raises:
        BenchmarkError: it is none of torchvision's classifiers.
    """
    if network not in torchvision.models.list_models(module=torchvision.models):
        raise BenchmarkError(
            f"the peers know classifiers of torchvision only; got {network!r}. Name "
            "one of those, e.g. googlenet, or leave --peers out"
        )


def run_peer(
    environment: PeersEnvironment,
    peer: str,
    setting: BenchmarkSetting,
    *,
    checkpoints: Collection[int] = (),
    pictures: Path | None = None,
) -> Timing:
    """Let a peer make one accentuation, and time its steps.

    Args:
        peer: `faccent` or `horama`.
        checkpoints: numbers of steps after which the picture is measured too.
        pictures: folder for the pictures at the checkpoints and at the end, files
            PEER-after-STEPS.npy of (3, H, W) in [0, 1]. None: they are not kept.

    Raises:
        BenchmarkError: no such peer, no network that it knows, or it fails; says what
            it wrote.
        MissingExtraError: the peers are not installed.
        ConfigError: a checkpoint is no step of the search.
    """
    check_peers([peer])
    check_peers_know(setting.network)
    check_checkpoints(checkpoints, setting.steps)
    environment.check()
    inputs = load_inputs(setting)
    with tempfile.TemporaryDirectory(prefix="accentuate-peer-") as name:
        kept = pictures or Path(name)
        kept.mkdir(parents=True, exist_ok=True)
        request = {
            **setting.to_json(),
            **write_inputs(inputs, Path(name)),
            "library": peer,
            "keep_after": sorted(checkpoints),
            "pictures": str(kept.absolute()),
        }
        command = [str(environment.python), "-I", str(RUNNER)]
        return timing_from(ask(command, request), inputs, setting)
