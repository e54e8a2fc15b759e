"""One seed image at several levels of a feature's activation.

One search upwards and, for levels below the start, one downwards; every level is then
found between the two iterates that straddle it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.accentuation import Accentuation, measured
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.capture import undisturbed
from generator.config import AccentuationConfig
from generator.errors import ConfigError
from generator.features import Feature
from generator.goals.level_watch import LevelWatch
from generator.goals.levels import Level, activation_at, natural_range
from generator.goals.looking_on import looked_on
from generator.goals.straddle import Measure
from generator.goals.target import TARGET_TOLERANCE, TargetFacts
from generator.networks import Network
from generator.photographs import quantize
from generator.search.optimize import optimize
from generator.search.preparation import Prepared, batches, pose, prepare, start_of
from generator.search.problem import OnCrops, Problem
from generator.search.refusals import OnRefused, Refusal, broken_at_the_end, report
from generator.search.steering import FixedPull
from generator.search.tf32 import float32_products

NaturalActivations = Mapping[Feature, NDArray[np.float32]]
"""Of each feature, its activations to natural photographs."""

_PRECISION = TARGET_TOLERANCE / 5
"""Share of the natural range at which a bisection stops."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Target:
    """One level of one job."""

    level: Level
    wanted: float
    natural_range: float


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Path:
    """A search of one job in one direction, and the levels on its way."""

    job: AccentuationJob
    index: int
    """Of the job in the call."""

    targets: list[_Target]


def reach_levels(
    network: Network,
    jobs: Sequence[AccentuationJob],
    config: AccentuationConfig,
    levels: Sequence[Level],
    natural: NaturalActivations,
    *,
    on_crops: OnCrops | None = None,
    on_refused: OnRefused | None = None,
) -> list[list[Accentuation]]:
    """Pictures at each level of activation, for each job.

    Activations are those of the whole, un-augmented picture as it is saved. A picture
    whose search does not come so far is the highest on its way and is flagged
    `target_not_reached`.

    Args:
        natural: activations to natural photographs of every job's feature.
        on_crops: told of progress: `config.crops_per_job` for each search.
        on_refused: called for a job whose feature responds to no change of the seed
            image; it has no results in that direction. Also for one whose numbers
            break; it has those levels that it passed before. None: an error is raised.

    Returns:
        For each job its pictures in the order of the levels.

    Raises:
        ConfigError: a level means nothing for a feature; the config has a distance
            budget; or a job already says `suppress`.
        NoGradientError, NotFiniteError: see `on_refused`.
    """
    found: list[dict[Level, Accentuation]] = [{} for _ in jobs]
    for index, made in reach_each(
        network,
        jobs,
        config,
        levels,
        natural,
        on_crops=on_crops,
        on_refused=on_refused,
    ):
        if made.target is not None:
            found[index][made.target.asked] = made
    return [[of_job[level] for level in levels if level in of_job] for of_job in found]


def reach_each(
    network: Network,
    jobs: Sequence[AccentuationJob],
    config: AccentuationConfig,
    levels: Sequence[Level],
    natural: NaturalActivations,
    *,
    on_crops: OnCrops | None = None,
    on_refused: OnRefused | None = None,
) -> Iterator[tuple[int, Accentuation]]:
    """As `reach_levels`, but hands each picture out with the number of its job."""
    targets = _plan_targets(jobs, config, levels, natural)
    starts = _start_activations(network, jobs, config)
    for is_down in (False, True):
        paths = _paths(jobs, targets, starts, is_down=is_down)
        by_job = {id(path.job): path for path in paths}
        for batch in batches(network, [path.job for path in paths], config):
            with undisturbed(network.module), float32_products(tf32=False):
                prepared, refused = prepare(network, batch, config, on_crops)
                report(refused, on_refused)
                if refused and on_crops is not None:  # the steps they do not take
                    on_crops(len(refused) * config.steps * config.draws_per_step)
                own = [by_job[id(job)] for job in prepared.jobs] if prepared else []
                made = list(_climb(prepared, own, config, on_crops)) if prepared else []
            for one in made:
                if isinstance(one, Refusal):
                    report([one], on_refused)
                else:
                    yield one


def check_levels(
    jobs: Sequence[AccentuationJob],
    config: AccentuationConfig,
    levels: Sequence[Level],
    natural: NaturalActivations,
) -> None:
    """Refuse what `reach_levels` would refuse, before any search."""
    _plan_targets(jobs, config, levels, natural)


def _plan_targets(
    jobs: Sequence[AccentuationJob],
    config: AccentuationConfig,
    levels: Sequence[Level],
    natural: NaturalActivations,
) -> list[list[_Target]]:
    """What each level means for each job's feature; refuses what means nothing.

    Raises:
        ConfigError: see `reach_levels`.
    """
    if config.budget is not None:
        raise ConfigError(
            "a distance budget and levels of activation cannot both be reached; "
            "ask for one of them"
        )
    if not levels or len(set(levels)) < len(levels):
        given = ", ".join(map(str, levels)) or "none"
        raise ConfigError(f"name at least one level, and each once; got {given}")
    return [_targets(job, levels, natural) for job in jobs]


def _targets(
    job: AccentuationJob, levels: Sequence[Level], natural: NaturalActivations
) -> list[_Target]:
    feature = str(job.feature)
    if job.suppress:
        raise ConfigError(
            f"levels of {feature} lie above or below the seed image's own activation, "
            "which decides the direction; leave suppress out"
        )
    pool = natural.get(job.feature, np.empty(0, dtype=np.float32))
    width = natural_range(pool, feature=feature)
    return [
        _Target(
            level=level,
            wanted=activation_at(level, pool, feature=feature),
            natural_range=width,
        )
        for level in levels
    ]


def _start_activations(
    network: Network, jobs: Sequence[AccentuationJob], config: AccentuationConfig
) -> list[float]:
    """Activation of each job's first iterate: not all parameterizations start at x0."""
    found: dict[int, float] = {}
    for batch in batches(network, jobs, config):
        with undisturbed(network.module):
            problem = pose(network, batch, config)
            own = [one.job for one in batch]
            values = _activations(problem, own)(start_of(problem, config)).tolist()
        found |= {id(job): value for job, value in zip(own, values, strict=True)}
    return [found[id(job)] for job in jobs]


def _activations(problem: Problem, jobs: Sequence[AccentuationJob]) -> Measure:
    """What each search climbs, of the whole picture as it would be saved."""
    features = [job.feature for job in jobs]
    signs = torch.tensor([-1.0 if job.suppress else 1.0 for job in jobs])

    def measure(parameters: Tensor) -> Tensor:
        with torch.no_grad():
            images = quantize(problem.parameterization.to_image(parameters))
        found = feature_activations(problem.network, images, features)
        return found.diagonal().double() * signs

    return measure


def _paths(
    jobs: Sequence[AccentuationJob],
    targets: Sequence[list[_Target]],
    starts: Sequence[float],
    *,
    is_down: bool,
) -> list[_Path]:
    """The searches of one direction: of jobs with levels on that side of the start."""
    paths = []
    for index, (job, start) in enumerate(zip(jobs, starts, strict=True)):
        own = [t for t in targets[index] if (t.wanted < start) == is_down]
        if own:
            path_job = replace(job, suppress=is_down)
            paths.append(_Path(job=path_job, index=index, targets=own))
    return paths


def _climb(
    prepared: Prepared,
    paths: Sequence[_Path],
    config: AccentuationConfig,
    on_crops: OnCrops | None,
) -> Iterator[tuple[int, Accentuation] | Refusal]:
    """Search once, then find and measure the picture at each level."""
    sign = -1.0 if paths[0].job.suppress else 1.0
    watch = LevelWatch(
        _activations(prepared.problem, prepared.jobs),
        [[sign * target.wanted for target in path.targets] for path in paths],
    )
    found = optimize(
        prepared.problem,
        prepared.start,
        steering=FixedPull(factors=prepared.pull(config.regularization_weight)),
        on_iterate=watch.on_iterate,
        on_crops=on_crops,
        keep_broken=True,
    )
    is_finite = found.is_finite.tolist()

    def is_there(row: int, number: int) -> bool:
        return is_finite[row] or watch.has_passed(row, number)

    for row, path in enumerate(paths):
        if not all(is_there(row, number) for number in range(len(path.targets))):
            yield broken_at_the_end(path.job, config.learning_rate)
    if on_crops is not None:  # the steps they need not take
        spared = config.steps - found.n_steps
        on_crops(len(paths) * spared * config.draws_per_step)
    tolerance = [_PRECISION * path.targets[0].natural_range for path in paths]
    for number in range(max(len(path.targets) for path in paths)):
        at_level = watch.found(number, tolerance=tolerance)
        opacity = looked_on(
            prepared.problem,
            at_level.parameters,
            at_level.opacity,
            [stand.n_steps for stand in at_level.stands],
        )
        made = measured(prepared, config, at_level.parameters, opacity)
        for row, (path, stand, one) in enumerate(
            zip(paths, at_level.stands, made, strict=True)
        ):
            if number < len(path.targets) and is_there(row, number):
                facts = _facts(path.targets[number], one)
                yield path.index, replace(one, n_steps=stand.n_steps, target=facts)


def _facts(target: _Target, made: Accentuation) -> TargetFacts:
    return TargetFacts(
        asked=target.level,
        wanted=target.wanted,
        achieved=made.activation_after,
        natural_range=target.natural_range,
    )
