"""Libraries timed side by side: in turn, several times, medians of what they took."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.benchmark.ours import run_ours
from generator.benchmark.peer_environment import PeersEnvironment, check_peers
from generator.benchmark.peers import run_peer
from generator.benchmark.setting import BenchmarkSetting
from generator.benchmark.timing import Timing

ACCENTUATION_STEPS = 98
"""Steps of one accentuation, where a number is per accentuation: Faccent's default."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Every run of every library under one setting."""

    setting: BenchmarkSetting

    ours: Sequence[Timing]
    """With the floor of each."""

    peers: Mapping[str, Sequence[Timing]]

    @property
    def seconds_per_step(self) -> float:
        return _median(self.ours, lambda run: run.seconds_per_step)

    @property
    def floor_multiple(self) -> float:
        """Our step over the bare passes that it cannot do without, of the same run."""
        return _median(
            self.ours,
            lambda run: run.seconds_per_step / (run.floor_seconds_per_step or 1.0),
        )

    @property
    def seconds_per_accentuation(self) -> float:
        """Of 98 steps, with the balance before them."""
        return _median(self.ours, lambda run: run.seconds_of(ACCENTUATION_STEPS))

    def peer_seconds_per_step(self, peer: str) -> float:
        """Median over the runs."""
        return _median(self.peers[peer], lambda run: run.seconds_per_step)

    def speedup(self, peer: str) -> float:
        """Its seconds per accentuation over ours."""
        theirs = _median(
            self.peers[peer], lambda run: run.seconds_of(ACCENTUATION_STEPS)
        )
        return theirs / self.seconds_per_accentuation

    def to_json(self) -> dict[str, Any]:
        """The medians, and every run they are of."""
        return {
            "setting": self.setting.to_json(),
            "speedup": {peer: self.speedup(peer) for peer in self.peers},
            "floor_multiple": self.floor_multiple,
            "seconds_per_step": self.seconds_per_step,
            "peer_seconds_per_step": {
                peer: self.peer_seconds_per_step(peer) for peer in self.peers
            },
            "seconds_per_accentuation": self.seconds_per_accentuation,
            "accentuations_per_hour": 3600 / self.seconds_per_accentuation,
            "peak_memory_mb": max(run.peak_memory_mb for run in self.ours),
            "peer_peak_memory_mb": {
                peer: max(run.peak_memory_mb for run in runs)
                for peer, runs in self.peers.items()
            },
            "runs": {
                "accentuate": [run.to_json() for run in self.ours],
                **{
                    p: [run.to_json() for run in runs] for p, runs in self.peers.items()
                },
            },
        }


def _median(runs: Sequence[Timing], of: Callable[[Timing], float]) -> float:
    return statistics.median(of(run) for run in runs)


def compare(
    setting: BenchmarkSetting,
    peers: Sequence[str],
    environment: PeersEnvironment,
    *,
    repeats: int,
    tell: Callable[[str], None],
) -> Comparison:
    """Let each library take its turn, `repeats` times over.

    Args:
        tell: told what runs next.

    Raises:
        BenchmarkError: a peer is unknown, or a run fails.
        MissingExtraError: the peers are not installed.
    """
    names = check_peers(peers)
    if names:
        environment.check()
    ours: list[Timing] = []
    theirs: dict[str, list[Timing]] = {name: [] for name in names}
    for repeat in range(repeats):
        tell(f"accentuate, {repeat + 1} of {repeats}")
        ours.append(run_ours(setting))
        for name in names:
            tell(f"{name}, {repeat + 1} of {repeats}")
            theirs[name].append(run_peer(environment, name, setting))
    return Comparison(setting=setting, ours=ours, peers=theirs)
