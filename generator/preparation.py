"""Jobs made ready for the search: in batches, posed, their balance measured."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from generator.accentuation_job import AccentuationJob
from generator.activations import network_view
from generator.balance import measure_pull
from generator.capture import layer_activations
from generator.config import AccentuationConfig
from generator.errors import NotFiniteError
from generator.feature_lookup import find_objective
from generator.networks import Network
from generator.objectives import Objective, negated
from generator.parameterization.choice import for_images
from generator.penalties.latent import ChannelDistance, channel_norm
from generator.problem import OnCrops, Problem
from generator.regularization import choose_layer


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PosedJob:
    """A job whose feature was found in the network."""

    job: AccentuationJob

    objective: Objective
    """What the search climbs: the feature, or its negative."""

    layer: str
    """Where it is held near its seed image."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Prepared:
    """A batch of jobs that can move, ready for the loop."""

    jobs: list[AccentuationJob]
    problem: Problem
    start: Tensor
    """(J, …) parameters of the seed images."""

    layer: str
    balance: Tensor
    """(J, K) b of each penalty."""


def batches(
    network: Network, jobs: Sequence[AccentuationJob], config: AccentuationConfig
) -> Iterator[list[PosedJob]]:
    """Jobs of one regularization layer and one canvas size, as many as fit a pass.

    Raises:
        LayerNotFoundError, FeatureNotFoundError, ConfigError: a job cannot be posed.
    """
    order = [layer.name for layer in network.layers]
    groups: dict[tuple[str, torch.Size], list[PosedJob]] = {}
    for job in jobs:
        job.check()
        objective = find_objective(network, job.feature)
        deepest = max(objective.layers, key=order.index)
        layer = choose_layer(
            network.module,
            network.layers,
            wanted=config.regularization_layer,
            feature=deepest,
        )
        climbed = negated(objective) if job.suppress else objective
        posed = PosedJob(job=job, objective=climbed, layer=layer)
        groups.setdefault((layer, job.seed_image.shape), []).append(posed)
    size = config.jobs_per_pass(network.preprocessing.input_px)
    for members in groups.values():
        for first in range(0, len(members), size):
            yield members[first : first + size]


def prepare(
    network: Network,
    batch: Sequence[PosedJob],
    config: AccentuationConfig,
    on_crops: OnCrops | None,
) -> tuple[Prepared | None, list[AccentuationJob]]:
    """Measure the balance, and part the jobs that can move from those that cannot.

    Returns:
        The batch of those that can (None: none can), and the others.
    """
    problem = _posed(network, batch, config)
    pull = measure_pull(
        problem,
        _start(problem, config),
        n_draws=config.balance_draws,
        offset=config.balance_offset,
        on_crops=on_crops,
    )
    if not torch.isfinite(pull.objective).all():
        raise NotFiniteError(
            f"{network.name} answers with values that are not numbers; "
            "check its weights and preprocessing"
        )
    moves = (pull.objective > 0).tolist()
    refused = [one.job for one, can in zip(batch, moves, strict=True) if not can]
    movable = [one for one, can in zip(batch, moves, strict=True) if can]
    if not movable:
        return None, refused
    if refused:
        problem = _posed(network, movable, config)
    prepared = Prepared(
        jobs=[one.job for one in movable],
        problem=problem,
        start=_start(problem, config),
        layer=movable[0].layer,
        balance=pull.balance()[pull.objective > 0],
    )
    return prepared, refused


def _posed(
    network: Network, batch: Sequence[PosedJob], config: AccentuationConfig
) -> Problem:
    seeds = torch.stack([one.job.seed_image for one in batch])
    seeds = seeds.detach().float().to(network.device)
    layer = batch[0].layer
    with torch.no_grad():
        view = network_view(network, seeds)
        norm = channel_norm(layer_activations(network, view, [layer])[layer])
    distance = ChannelDistance(layer=layer, smoothing=config.distance_smoothing * norm)
    return Problem(
        network=network,
        parameterization=for_images(config, _softened(seeds, config)),
        objectives=[one.objective for one in batch],
        streams=[one.job.streams() for one in batch],
        config=config,
        seed_images=seeds,
        latent=[distance] if config.regularization_weight > 0 else [],
    )


def _start(problem: Problem, config: AccentuationConfig) -> Tensor:
    seeds = _softened(problem.seed_images, config)
    return problem.parameterization.from_image(seeds)


def _softened(images: Tensor, config: AccentuationConfig) -> Tensor:
    return images.clamp(config.black_margin, 1 - config.black_margin)
