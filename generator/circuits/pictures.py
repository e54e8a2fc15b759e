"""The pictures whose circuits are compared, each kind at one activation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
import torch
from torch import Tensor

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.circuits.config import CircuitConfig
from generator.circuits.levels import match_level, straddling, straight_way
from generator.config import AccentuationConfig, SearchConfig, VisualizationConfig
from generator.errors import GeneratorError, NoGradientError, NotFiniteError
from generator.features import Feature
from generator.networks import Network
from generator.photographs import quantize
from generator.search.trajectory import Snapshot
from generator.visualization import (
    FeatureVisualization,
    VisualizationJob,
    visualize,
)

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

_MOST_FRAMES = 40
"""Iterates of a search that are looked at for the level, besides its start."""

Search = TypeVar("Search", bound=SearchConfig)

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

    levels: Tensor
    """(n, 3, H, W) uint8, as a PNG keeps them."""

    activations: np.ndarray
    """(n,) of the order's feature."""

    n_steps: np.ndarray
    """(n,): steps of the search, with a fraction, after which the level was met."""

    starts: np.ndarray
    """(n,): index of the seed image, or of the noise start."""

    @property
    def images(self) -> Tensor:
        """(n, 3, H, W) in [0, 1]."""
        return self.levels.float() / 255


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
        _with_trajectory(search_of(order.kind, config)),
        on_crops=on_crops,
        on_refused=_leave_out,
    )
    trajectories = {int(made.job.name): made.trajectory for made in found}
    return _matched(network, order, trajectories, like=seed_images)


def _visualizations(
    network: Network,
    order: Order,
    magnitude: Tensor,
    config: CircuitConfig,
    on_crops: OnCrops,
) -> Made:
    search = _with_trajectory(noise_search_of(order.kind, config))
    side = magnitude.shape[-2]
    is_phase = search.parameterization == "fourier_phase"
    jobs = [
        VisualizationJob(feature=order.feature, rng_seed=config.rng_seed + start)
        for start in range(config.n_visualizations)
    ]

    def grow(some: Sequence[VisualizationJob]) -> list[FeatureVisualization]:
        spectrum = magnitude if is_phase else None
        return visualize(
            network, some, search, natural_magnitude=spectrum, on_crops=on_crops
        )

    try:
        found = grow(jobs)
    except NoGradientError:  # a noise that leads nowhere; the others may
        found = [made for job in jobs for made in _grown_alone(grow, job)]
    trajectories = {jobs.index(made.job): made.trajectory for made in found}
    return _matched(network, order, trajectories, like=torch.empty(0, 3, side, side))


def _grown_alone(
    grow: Callable[[Sequence[VisualizationJob]], list[FeatureVisualization]],
    job: VisualizationJob,
) -> list[FeatureVisualization]:
    try:
        return grow([job])
    except NoGradientError:
        return []


def _with_trajectory(search: Search) -> Search:
    """The same search, its iterates kept."""
    return search.with_changes(trajectory_frames=min(search.steps, _MOST_FRAMES) + 1)


def _matched(
    network: Network,
    order: Order,
    trajectories: Mapping[int, Sequence[Snapshot]],
    like: Tensor,
) -> Made:
    """For each start, the picture where its search passes the level."""
    if not trajectories:
        return _none(like)

    def activation(images: Tensor) -> Tensor:
        return feature_activations(network, images, [order.feature])[:, 0]

    pairs = []
    for iterates in trajectories.values():
        passed = activation(torch.stack([snapshot.image for snapshot in iterates]))
        index = straddling(passed.tolist(), order.level)
        pairs.append((iterates[index], iterates[index + 1]))
    before, after = (
        torch.stack([pair[side].image for pair in pairs]) for side in range(2)
    )
    way = straight_way(before, after)

    def rounded(shares: Tensor) -> Tensor:
        return quantize(way(shares))

    found = match_level(rounded, activation, level=order.level, n=len(pairs))
    steps = [
        first.n_steps + float(share) * (second.n_steps - first.n_steps)
        for (first, second), share in zip(pairs, found.shares, strict=True)
    ]
    return Made(
        levels=(found.images * 255).round().to(torch.uint8),
        activations=found.activations.double().numpy(),
        n_steps=np.array(steps),
        starts=np.array(list(trajectories), dtype=np.int64),
    )


def _leave_out(_job: AccentuationJob, error: GeneratorError) -> None:
    """A seed image that the feature does not respond to gives no picture.

    Raises:
        NotFiniteError: numbers that break are no finding about a seed image.
    """
    if isinstance(error, NotFiniteError):
        raise error


def _none(like: Tensor) -> Made:
    return Made(
        levels=like[:0].to(torch.uint8),
        activations=np.empty(0),
        n_steps=np.empty(0),
        starts=np.empty(0, dtype=np.int64),
    )
