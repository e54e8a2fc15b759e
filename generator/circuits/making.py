"""All made pictures of a measurement; what was finished once is found again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.circuits.config import CircuitConfig
from generator.circuits.pictures import (
    MADE,
    VISUALIZATIONS,
    Kind,
    Made,
    Order,
    crops_of,
    make,
    noise_search_of,
    search_of,
)
from generator.circuits.sets import FeatureSets
from generator.features import Feature
from generator.jobs import WorkFolder, content_key
from generator.networks import Network
from generator.progress import Progress
from generator.provenance import code_key

OTHER: Kind = "accentuation_of_other_feature"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sources:
    """What every search of a measurement starts from."""

    network: Network

    seed_images: Tensor
    """(K, 3, H, W)."""

    magnitude: Tensor
    """(3, H, W // 2 + 1): spectrum of the photographs."""

    config: CircuitConfig


def make_all(
    sources: Sources,
    features: Sequence[Feature],
    sets: Sequence[FeatureSets],
    unrelated: Sequence[int],
    *,
    work: WorkFolder,
    progress: Progress,
) -> list[dict[Kind, Made]]:
    """Every kind of picture of every feature.

    The accentuations of an unrelated feature are that feature's own accentuations of
    the same seed images: nothing is searched for twice.

    Args:
        unrelated: for each feature, the index of the unrelated one.
        work: finished pictures are kept there, and taken from there.
    """
    total = len(features) * sum(crops_of(kind, sources.config) for kind in MADE)
    progress.start("pictures", total, unit="crop")
    made: list[dict[Kind, Made]] = [{} for _ in features]
    for index, (feature, own) in enumerate(zip(features, sets, strict=True)):
        for kind in MADE:
            order = Order(kind=kind, feature=feature, level=own.level)
            made[index][kind] = _found_or_made(sources, order, work, progress)
    for index, other in enumerate(unrelated):
        made[index][OTHER] = made[other]["accentuation"]
    return made


def unrelated_features(activations: NDArray[np.float32]) -> list[int]:
    """For each feature, the one whose activations go least with its own.

    Args:
        activations: (n, F) of photographs, F at least 2.

    Returns:
        F indices.
    """
    centered = activations - activations.mean(0)
    norm = np.linalg.norm(centered, axis=0)
    related = np.abs((centered.T @ centered) / np.outer(norm, norm).clip(1e-30))
    np.fill_diagonal(related, np.inf)
    return [int(index) for index in related.argmin(1)]


def _found_or_made(
    sources: Sources, order: Order, work: WorkFolder, progress: Progress
) -> Made:
    config = sources.config
    key = _key(sources, order)
    if (stored := work.load(key)) is not None:
        progress.advance(crops_of(order.kind, config))
        return _from_arrays(stored)
    made = make(
        sources.network,
        order,
        sources.seed_images,
        sources.magnitude,
        config,
        progress.advance,
    )
    arrays = _as_arrays(made)
    work.store(key, arrays)
    return _from_arrays(arrays)


def _key(sources: Sources, order: Order) -> str:
    config = sources.config
    if order.kind in VISUALIZATIONS:
        start: object = [config.n_visualizations, sources.magnitude.tolist()]
        search: object = asdict(noise_search_of(order.kind, config))
    else:
        levels = (sources.seed_images * 255).round().to(torch.uint8)
        start = levels.numpy().tobytes().hex()
        search = asdict(search_of(order.kind, config))
    return content_key(
        "circuit pictures",
        code_key(),
        sources.network.weights_sha256,
        sources.network.device,
        order.kind,
        str(order.feature),
        order.level,
        config.rng_seed,
        search,
        start,
    )


def _as_arrays(made: Made) -> dict[str, NDArray[np.generic]]:
    return {
        "levels": made.levels.numpy(),
        "activations": made.activations,
        "n_steps": made.n_steps,
        "starts": made.starts,
    }


def _from_arrays(arrays: Mapping[str, NDArray[np.generic]]) -> Made:
    return Made(
        levels=torch.from_numpy(np.asarray(arrays["levels"], dtype=np.uint8)),
        activations=np.asarray(arrays["activations"], dtype=np.float64),
        n_steps=np.asarray(arrays["n_steps"], dtype=np.float64),
        starts=np.asarray(arrays["starts"], dtype=np.int64),
    )
