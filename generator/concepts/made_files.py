"""Direction files of what was fitted: the facts that every source writes alike."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from generator.concepts.photograph_activations import Collection
from generator.directions.direction import Direction, DirectionFile, ImageSet
from generator.natural_activations import pool_sha256
from generator.networks import Network
from generator.provenance import describe_generator


def direction_file(
    network: Network,
    directions: Sequence[Direction],
    *,
    config: Any,
    images: Sequence[ImageSet] = (),
    rng_seed: int | None = None,
    quality: Mapping[str, float] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> DirectionFile:
    """The directions with the network, settings and versions that made them.

    Args:
        config: a dataclass; all its fields become settings.
        facts: further settings that the configuration left open, as resolved.
    """
    return DirectionFile(
        directions=tuple(directions),
        network=network.name,
        weights_sha256=network.weights_sha256,
        settings={**asdict(config), **(facts or {})},
        images=tuple(images),
        rng_seed=rng_seed,
        quality=quality or {},
        generator=describe_generator(network.device),
    )


def image_set(role: str, collection: Collection) -> ImageSet:
    """What is recorded of the photographs that played a role."""
    return ImageSet(
        role=role,
        n_images=len(collection.photographs),
        sha256=pool_sha256(collection.photographs),
    )
