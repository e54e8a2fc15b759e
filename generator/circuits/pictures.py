"""The pictures whose circuits are compared, each kind at one activation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.circuits.config import CircuitConfig
from generator.circuits.levels import (
    Matched,
    Way,
    match_level,
    softened,
    straight_way,
    turning_way,
)
from generator.config import AccentuationConfig, VisualizationConfig
from generator.errors import NoGradientError
from generator.features import Feature
from generator.networks import Network
from generator.parameterization.choice import for_noise
from generator.photographs import quantize
from generator.spectrum import assumed_magnitude
from generator.visualization import VisualizationJob, visualize

Kind = Literal[
    "natural",
    "seed_image",
    "accentuation",
    "accentuation_without_penalty",
    "feature_visualization_fourier",
    "feature_visualization_phase",
    "adversarial",
    "accentuation_of_other_feature",
]

ACCENTUATIONS: tuple[Kind, ...] = (
    "accentuation",
    "accentuation_without_penalty",
    "adversarial",
)
"""Kinds that are searched for from the seed images."""

VISUALIZATIONS: tuple[Kind, ...] = (
    "feature_visualization_fourier",
    "feature_visualization_phase",
)
"""Kinds that start from noise."""

MADE = ACCENTUATIONS + VISUALIZATIONS

OF_SEED_IMAGES: tuple[Kind, ...] = (
    "seed_image",
    *ACCENTUATIONS,
    "accentuation_of_other_feature",
)
"""Kinds of which there is one picture for each feature and seed image."""

OnCrops = Callable[[int], None]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Order:
    """One kind of picture of one feature."""

    kind: Kind
    feature: Feature
    """What the pictures bring out."""

    level: float
    """The activation of that feature they are brought to."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Made:
    """Pictures of one order."""

    images: Tensor
    """(n, 3, H, W) in the 256 levels that a PNG keeps."""

    activations: np.ndarray
    """(n,) of the order's feature."""

    shares: np.ndarray
    """(n,): how much of the way from start to result was gone to match the level."""

    starts: np.ndarray
    """(n,): index of the seed image, or of the noise start."""


def make(
    network: Network,
    order: Order,
    seed_images: Tensor,
    magnitude: Tensor,
    config: CircuitConfig,
    on_crops: OnCrops,
) -> Made:
    """Search for the pictures of one order, and match them to its level.

    A start from which the feature has no gradient gives no picture.

    Args:
        seed_images: (K, 3, H, W).
        magnitude: (3, N, N // 2 + 1) natural spectrum, for the phase visualizations.
    """
    if order.kind in VISUALIZATIONS:
        return _visualizations(network, order, magnitude, config, on_crops)
    return _accentuations(network, order, seed_images, config, on_crops)


def crops_of(kind: Kind, config: CircuitConfig) -> int:
    """Crops one order sends through the network while it searches."""
    if kind in VISUALIZATIONS:
        return config.n_visualizations * config.visualization.crops_per_job
    return config.n_seed_images * search_of(kind, config).crops_per_job


def search_of(kind: Kind, config: CircuitConfig) -> AccentuationConfig:
    """How pictures of a kind that starts from seed images are searched for."""
    if kind == "adversarial":
        return config.adversarial
    if kind == "accentuation_without_penalty":
        return config.accentuation.with_changes(regularization_weight=0.0)
    return config.accentuation


def noise_search_of(kind: Kind, config: CircuitConfig) -> VisualizationConfig:
    """How feature visualizations of a kind are searched for."""
    is_phase = kind == "feature_visualization_phase"
    return config.visualization.with_changes(
        parameterization="fourier_phase" if is_phase else "fourier"
    )


def _accentuations(
    network: Network,
    order: Order,
    seed_images: Tensor,
    config: CircuitConfig,
    on_crops: OnCrops,
) -> Made:
    jobs = [
        AccentuationJob(
            seed_image=seed,
            feature=order.feature,
            rng_seed=config.rng_seed,
            name=str(index),
        )
        for index, seed in enumerate(seed_images)
    ]
    found = accentuate(
        network,
        jobs,
        search_of(order.kind, config),
        on_crops=on_crops,
        on_no_gradient=_leave_out,
    )
    starts = [int(made.job.name) for made in found]
    if not found:
        return _none(seed_images)
    images = torch.stack([made.image for made in found])
    way = straight_way(seed_images[starts], images)
    return _matched(network, order, way, starts)


def _visualizations(
    network: Network,
    order: Order,
    magnitude: Tensor,
    config: CircuitConfig,
    on_crops: OnCrops,
) -> Made:
    search = noise_search_of(order.kind, config)
    side = magnitude.shape[-2]
    is_phase = search.parameterization == "fourier_phase"
    spectrum = magnitude if is_phase else assumed_magnitude(side, side)
    jobs, images = [], []
    for start in range(config.n_visualizations):
        job = VisualizationJob(feature=order.feature, rng_seed=config.rng_seed + start)
        try:
            (made,) = visualize(
                network, [job], search, natural_magnitude=spectrum, on_crops=on_crops
            )
        except NoGradientError:
            continue
        jobs.append(job)
        images.append(made.image)
    if not jobs:
        return _none(torch.empty(0, 3, side, side))
    noise = for_noise(search, spectrum)
    first = noise.random([job.streams().rng("init") for job in jobs])
    ends = torch.stack(images)
    if is_phase:
        way = turning_way(first, noise.from_image(softened(ends)), noise.to_image)
    else:
        way = straight_way(noise.to_image(first), ends)
    return _matched(network, order, way, [j.rng_seed - config.rng_seed for j in jobs])


def _matched(network: Network, order: Order, way: Way, starts: Sequence[int]) -> Made:
    def activation(images: Tensor) -> Tensor:
        return feature_activations(network, images, [order.feature])[:, 0]

    def rounded(shares: Tensor) -> Tensor:
        with torch.no_grad():
            return quantize(way(shares))

    found: Matched = match_level(rounded, activation, level=order.level, n=len(starts))
    return Made(
        images=found.images,
        activations=found.activations.double().numpy(),
        shares=found.shares.double().numpy(),
        starts=np.array(starts, dtype=np.int64),
    )


def _leave_out(_job: AccentuationJob, _error: NoGradientError) -> None:
    """A seed image that the feature does not respond to gives no picture."""


def _none(like: Tensor) -> Made:
    return Made(
        images=like[:0],
        activations=np.empty(0),
        shares=np.empty(0),
        starts=np.empty(0, dtype=np.int64),
    )
