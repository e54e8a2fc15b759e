"""Directions made elsewhere: arrays that become a direction file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from generator.concepts.made_files import direction_file
from generator.directions.direction import (
    DirectionFile,
    check_direction_name,
    unit_direction,
)
from generator.errors import ConfigError, DirectionError
from generator.layers import check_layer
from generator.networks import Network


@dataclass(frozen=True, kw_only=True, slots=True)
class SuppliedConfig:
    """Where directions made elsewhere belong."""

    layer: str
    """Dotted module name, or `logit`."""

    names: tuple[str, ...]
    """One for each direction."""

    source: str = ""
    """Where they come from, in words."""

    def __post_init__(self) -> None:
        if not self.names:
            raise ConfigError("directions need at least one name")
        for name in self.names:
            check_direction_name(name)


def supplied_directions(
    network: Network, vectors: ArrayLike, config: SuppliedConfig
) -> DirectionFile:
    """Directions made elsewhere, scaled to unit norm; the norm they had is kept.

    Args:
        vectors: (N, C), or (N, C, H, W) for spatial targets; for a single name also
            without the first axis.

    Raises:
        DirectionError: other shapes than the layer's, another number than of names,
            or values that are zero throughout or not finite.
        LayerNotFoundError: the network has no such layer.
    """
    layer = check_layer(config.layer, network.layers)
    table = _one_for_each_name(np.asarray(vectors), config.names)
    directions = []
    for name, vector in zip(config.names, table, strict=True):
        direction = unit_direction(
            vector,
            name=name,
            layer=layer.name,
            kind="supplied",
            quality={"supplied_norm": float(np.linalg.norm(vector))},
        )
        direction.check_shape(layer.shape)
        directions.append(direction)
    return direction_file(network, directions, config=config)


def read_array(path: Path) -> NDArray[Any]:
    """The array of a `.npy` file.

    Raises:
        DirectionError: missing, or not one array of numbers.
    """
    try:
        with path.open("rb") as stream:
            loaded = np.load(stream, allow_pickle=False)
            if not isinstance(loaded, np.ndarray):
                raise ValueError("it holds several arrays")
    except (OSError, ValueError, EOFError) as error:
        raise DirectionError(
            f"{path} cannot be read as an array: {error}. Give one array saved with "
            "numpy.save, (N, C)."
        ) from error
    return loaded


def _one_for_each_name(
    array: NDArray[Any], names: Sequence[str]
) -> NDArray[np.float64]:
    """The array with one entry along its first axis for each name."""
    if array.dtype.kind not in "fiu":
        raise DirectionError(f"directions are real numbers; got {array.dtype}")
    if len(names) == 1 and array.ndim in {1, 3}:
        array = array[None]
    if array.ndim not in {2, 4} or len(array) != len(names):
        raise DirectionError(
            f"{len(names)} names need an array of ({len(names)}, C) or "
            f"({len(names)}, C, H, W); got the shape {array.shape}"
        )
    return array.astype(np.float64)
