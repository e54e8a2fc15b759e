"""Time to the same result: as strong an activation, no farther from the photograph.

Steps of different libraries do not bring a picture equally far, so seconds per step
compare work and not results. Here each goes its own way, with its own defaults.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from generator.benchmark.ours import run_ours, with_own_effort
from generator.benchmark.setting import BenchmarkSetting
from generator.benchmark.timing import Checkpoint, Timing

OUR_SEARCHES = (
    *(("default", steps) for steps in (5, 10, 20, 40)),
    *(("careful", steps) for steps in (40, 60, 80)),
)
"""Preset and length of our searches: runs of their own, because the step size falls to
zero at the end of each."""

OURS = ("accentuate", "accentuate, preset careful")
"""Libraries whose time an equal result is held against."""

THEIR_CHECKPOINTS = (2, 4, 8, 16, 32, 64)


class RunsPeer(Protocol):
    """One run of a peer, with pictures kept on the way."""

    def __call__(
        self, setting: BenchmarkSetting, /, *, checkpoints: Sequence[int]
    ) -> Timing:
        """Make one accentuation."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One picture of a trade-off curve."""

    library: str
    """`accentuate`, `accentuate, preset NAME`, or a peer's name."""

    n_steps: int
    draws_per_step: int

    seconds: float
    """All it took, with the preparations."""

    activation: float
    latent_distance: float | None
    ssim: float

    def to_json(self) -> dict[str, Any]:
        """Every field."""
        return asdict(self)


def trade_off(
    setting: BenchmarkSetting,
    peers: Mapping[str, RunsPeer],
    *,
    tell: Callable[[str], None],
) -> list[Point]:
    """How far each comes in how long: ours, our `faccent` preset, and the peers.

    Args:
        setting: what is held equal; steps and crops are everybody's own.
        peers: name to a run of it with checkpoints.

    Raises:
        BenchmarkError: a run fails.
    """
    points = []
    for preset, steps in OUR_SEARCHES:
        tell(f"accentuate, preset {preset}, {steps} steps")
        own = replace(with_own_effort(setting, preset), steps=steps)
        run = run_ours(own, preset=preset, times_floor=False)
        points += _points(_name(preset), own, run)
    theirs = with_own_effort(setting, "faccent")
    tell("accentuate, preset faccent")
    run = run_ours(
        theirs, preset="faccent", checkpoints=THEIR_CHECKPOINTS, times_floor=False
    )
    points += _points(_name("faccent"), theirs, run)
    for name, run_it in peers.items():
        tell(f"{name}, {theirs.steps} steps")
        points += _points(name, theirs, run_it(theirs, checkpoints=THEIR_CHECKPOINTS))
    return points


def _name(preset: str) -> str:
    return "accentuate" if preset == "default" else f"accentuate, preset {preset}"


def _points(library: str, setting: BenchmarkSetting, run: Timing) -> list[Point]:
    return [_point(library, setting, here) for here in run.checkpoints]


def _point(library: str, setting: BenchmarkSetting, here: Checkpoint) -> Point:
    return Point(
        library=library,
        n_steps=here.n_steps,
        draws_per_step=setting.draws_per_step,
        seconds=here.seconds,
        activation=here.result.activation,
        latent_distance=here.result.latent_distance,
        ssim=here.result.ssim,
    )


def speedup_at_equal_result(points: Sequence[Point], library: str) -> float | None:
    """A library's time to its last picture, over ours to one at least as good.

    Returns:
        None: none of ours has its activation within its distance from the photograph.
    """
    wanted = [point for point in points if point.library == library][-1]
    good = [
        point.seconds
        for point in points
        if point.library in OURS and _is_as_good(point, wanted)
    ]
    return wanted.seconds / min(good) if good else None


def _is_as_good(point: Point, wanted: Point) -> bool:
    if point.activation < wanted.activation:
        return False
    if point.latent_distance is None or wanted.latent_distance is None:
        return point.ssim >= wanted.ssim
    return point.latent_distance <= wanted.latent_distance
