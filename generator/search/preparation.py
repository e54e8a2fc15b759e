"""Jobs made ready for the search: in batches, posed, their balance measured."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig
from generator.errors import ConfigError
from generator.feature_lookup import find_objective
from generator.layers import check_layer
from generator.networks import Network
from generator.objectives import Objective, negated
from generator.parameterization import Parameterization
from generator.parameterization.choice import for_images
from generator.parameterization.inside_region import InsideRegion
from generator.penalties.choice import canvas_terms, latent_terms
from generator.penalties.facts import PenaltyFacts
from generator.penalties.region import canvas_weights
from generator.search.balance import Pull, measure_pull
from generator.search.packing import jobs_per_pass
from generator.search.precision import PrecisionFacts, check_precision
from generator.search.precision_check import choose_precision
from generator.search.problem import OnCrops, Problem
from generator.search.refusals import Refusal, broken_at_the_start, without_gradient
from generator.search.regularization import choose_layer


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PosedJob:
    """A job whose feature was found in the network."""

    job: AccentuationJob

    objective: Objective
    """What the search climbs: the feature, or its negative."""

    layers: tuple[str, ...]
    """Where it is held near its seed image."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Prepared:
    """A batch of jobs that can move, ready for the loop."""

    jobs: list[AccentuationJob]
    problem: Problem
    start: Tensor
    """(J, …) parameters of the seed images."""

    layers: tuple[str, ...]
    """Where the jobs are held near their seed images."""

    balance: Tensor
    """(J, K) b of each penalty."""

    precisions: tuple[PrecisionFacts, ...] = ()
    """Of each job; empty until they are chosen."""

    @property
    def layer(self) -> str:
        """The first of these, where the distance is reported."""
        return self.layers[0]

    def pull(self, regularization_weight: float) -> Tensor:
        """(J, K) factor of each penalty's gradient: λ times its weight times b."""
        weights = [penalty.weight for penalty in self.problem.penalties]
        return regularization_weight * self.balance * self.balance.new_tensor(weights)

    def penalty_facts(self, job: int) -> tuple[PenaltyFacts, ...]:
        """What held one job back."""
        return tuple(
            PenaltyFacts(
                name=penalty.name, weight=penalty.weight, balance=float(balance)
            )
            for penalty, balance in zip(
                self.problem.penalties, self.balance[job], strict=True
            )
        )


def batches(
    network: Network, jobs: Sequence[AccentuationJob], config: AccentuationConfig
) -> Iterator[list[PosedJob]]:
    """Jobs of one canvas size held at the same layers, as many as fit a pass.

    Raises:
        LayerNotFoundError, FeatureNotFoundError, ConfigError: a job cannot be posed.
    """
    check_precision(network, config.precision)
    groups: dict[tuple[Hashable, ...], list[PosedJob]] = {}
    for job in jobs:
        job.check()
        _check_region(job, config)
        objective = find_objective(network, job.feature)
        layers = held_layers(network, objective, config)
        climbed = negated(objective) if job.suppress else objective
        posed = PosedJob(job=job, objective=climbed, layers=layers)
        convolutions = _convolutions(network, objective)
        key = (layers, convolutions, job.seed_image.shape)
        groups.setdefault(key, []).append(posed)
    size = jobs_per_pass(network, config)
    for members in groups.values():
        for first in range(0, len(members), size):
            yield members[first : first + size]


def _convolutions(network: Network, objective: Objective) -> frozenset[str]:
    """Those that a feature looks at itself, where there are batch norms.

    They are not folded, which rounds differently, so only jobs that look at the same
    ones may share a batch: no result depends on its company.
    """
    if not any(isinstance(part, nn.BatchNorm2d) for part in network.module.modules()):
        return frozenset()
    found = {layer.name for layer in network.layers if layer.kind == "Conv2d"}
    return frozenset(found & set(objective.layers))


def held_layers(
    network: Network, objective: Objective, config: AccentuationConfig
) -> tuple[str, ...]:
    """The layers at which a job is held, none deeper than its feature."""
    order = [layer.name for layer in network.layers]
    deepest = max(objective.layers, key=order.index)
    wanted: tuple[str | None, ...] = config.regularization_layers or (None,)
    found = tuple(
        choose_layer(network.module, network.layers, wanted=name, feature=deepest)
        for name in wanted
    )
    if config.penalty_side != "everywhere":
        for name in found:
            if check_layer(name, network.layers).grid is None:
                raise ConfigError(
                    f"layer {name!r} has no positions, so penalty_side "
                    f"{config.penalty_side!r} means nothing there; choose a layer with "
                    "rows and columns"
                )
    return found


def _check_region(job: AccentuationJob, config: AccentuationConfig) -> None:
    """Refuse a region that would not be used, and none where one is needed."""
    if config.uses_region and job.region is None:
        raise ConfigError(
            "penalty_side inside or outside and edit_inside_only need a region; "
            f"{job.name} has none"
        )
    if job.region is not None and not config.uses_region:
        raise ConfigError(
            f"{job.name} has a region that nothing uses; set penalty_side to inside or "
            "outside, or edit_inside_only"
        )


def prepare(
    network: Network,
    batch: Sequence[PosedJob],
    config: AccentuationConfig,
    on_crops: OnCrops | None,
) -> tuple[Prepared | None, list[Refusal]]:
    """Measure the balance, and part the jobs that can be searched for from the others.

    Each that can is also told in which precision. The crops of that choice are few and
    not counted.

    Returns:
        The batch of those that can (None: none can), and why the others cannot.
    """
    problem = pose(network, batch, config)
    pull = measure_pull(
        problem,
        start_of(problem, config),
        n_draws=config.balance_draws,
        offset=config.balance_offset,
        on_crops=on_crops,
    )
    refused = _refusals(network, batch, pull)
    movable = [one for one, no in zip(batch, refused, strict=True) if no is None]
    refusals = [no for no in refused if no is not None]
    if not movable:
        return None, refusals
    if refusals:
        problem = pose(network, movable, config)
    prepared = Prepared(
        jobs=[one.job for one in movable],
        problem=problem,
        start=start_of(problem, config),
        layers=movable[0].layers,
        balance=_balance(pull, config)[[no is None for no in refused]],
    )
    problem, precisions = choose_precision(
        problem,
        prepared.start,
        factors=prepared.pull(config.regularization_weight),
    )
    return replace(prepared, problem=problem, precisions=precisions), refusals


def _refusals(
    network: Network, batch: Sequence[PosedJob], pull: Pull
) -> list[Refusal | None]:
    """For each job why it cannot be searched for; None: it can."""
    found: list[Refusal | None] = []
    for posed, is_finite, strength in zip(
        batch, pull.is_finite.tolist(), pull.objective.tolist(), strict=True
    ):
        if not is_finite:
            found.append(broken_at_the_start(posed.job, network.name))
        else:
            found.append(None if strength > 0 else without_gradient(posed.job))
    return found


def _balance(pull: Pull, config: AccentuationConfig) -> Tensor:
    """(J, K) what a weight is multiplied by."""
    balance = pull.balance()
    return torch.ones_like(balance) if config.weight_unit == "raw" else balance


def pose(
    network: Network, batch: Sequence[PosedJob], config: AccentuationConfig
) -> Problem:
    """The search of a batch of jobs, without its balance."""
    seeds = torch.stack([one.job.seed_image for one in batch])
    seeds = seeds.detach().float().to(network.device)
    regions = _regions(batch, seeds)
    weights = canvas_weights(regions, config.penalty_side)
    objectives = [one.objective for one in batch]
    return Problem(
        network=network,
        parameterization=_parameterization(config, seeds, regions),
        objectives=objectives,
        streams=[one.job.streams() for one in batch],
        config=config,
        seed_images=seeds,
        latent=latent_terms(network, batch[0].layers, seeds, objectives, config),
        canvas=canvas_terms(config, weights),
        latent_weights=weights,
    )


def _regions(batch: Sequence[PosedJob], seeds: Tensor) -> Tensor | None:
    """(J, H, W); None when the jobs have none."""
    found = [one.job.region for one in batch if one.job.region is not None]
    return torch.stack(found).detach().to(seeds) if found else None


def _parameterization(
    config: AccentuationConfig, seeds: Tensor, regions: Tensor | None
) -> Parameterization:
    free = for_images(config, _softened(seeds, config))
    if not config.edit_inside_only or regions is None:
        return free
    return InsideRegion(inner=free, regions=regions, seed_images=seeds)


def start_of(problem: Problem, config: AccentuationConfig) -> Tensor:
    """(J, …) parameters of the seed images."""
    seeds = problem.seed_images
    if config.stretch_seed:
        seeds = _stretched(seeds)
    return problem.parameterization.from_image(_softened(seeds, config))


def _stretched(images: Tensor) -> Tensor:
    """Each (3, H, W) so that its values run from 0 to 1; plain ones as they are."""
    low, high = (found.view(-1, 1, 1, 1) for found in images.flatten(1).aminmax(dim=1))
    width = high - low
    return torch.where(width > 0, (images - low) / width.clamp_min(1e-12), images)


def _softened(images: Tensor, config: AccentuationConfig) -> Tensor:
    return images.clamp(config.black_margin, 1 - config.black_margin)
