"""Directions in a layer's channels as features, and how they were made. No torch.

A direction is a unit vector over the channels of a layer, or a spatial target over its
channels, rows and columns.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from generator.errors import ConfigError, DirectionError

DirectionKind = Literal["cav", "class_means", "nmf", "pca", "random", "supplied"]
"""Where a direction comes from."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_NORM_TOLERANCE = 1e-4


def check_direction_name(name: str) -> None:
    """Refuse a name that a feature's text could not hold.

    Raises:
        ConfigError: other signs than letters, digits, `_`, `.` and `-`.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            "a direction is named with letters, digits, '_', '.' and '-', the first "
            f"a letter or a digit; got {name!r}"
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Direction:
    """One direction of a layer, as features name it: `LAYER:direction(NAME)`."""

    name: str
    """Letters, digits, `_`, `.` and `-`."""

    layer: str
    """Dotted module name, or `logit`."""

    vector: NDArray[np.float32]
    """(C,), or (C, H, W) for a spatial target; unit norm, read-only."""

    kind: DirectionKind

    quality: Mapping[str, float] = field(default_factory=dict)
    """What the fit reached, e.g. `held_out_accuracy`."""

    passes: bool = True
    """False: it was kept although its quality is below what was asked for."""

    def __post_init__(self) -> None:
        check_direction_name(self.name)
        if self.kind not in get_args(DirectionKind):
            raise DirectionError(
                f"direction {self.name} is of the unknown kind {self.kind!r}; known "
                f"are {', '.join(get_args(DirectionKind))}"
            )
        vector = np.array(self.vector, dtype=np.float32)
        if vector.ndim not in {1, 3} or vector.size == 0:
            raise DirectionError(
                f"direction {self.name} must be (C,) or (C, H, W); got the shape "
                f"{vector.shape}"
            )
        norm = float(np.linalg.norm(vector.astype(np.float64)))
        if not abs(norm - 1) < _NORM_TOLERANCE:  # also refuses what is not a number
            raise DirectionError(
                f"direction {self.name} must have unit norm; got {norm:.6g}"
            )
        vector.setflags(write=False)
        object.__setattr__(self, "vector", vector)

    @property
    def is_spatial(self) -> bool:
        """Whether it is a target for every position, not one vector for all."""
        return self.vector.ndim == 3

    def check_shape(self, shape: Sequence[int]) -> None:
        """Refuse a layer that this direction does not fit.

        Args:
            shape: of the layer's activations to one image, channels first.

        Raises:
            DirectionError: another number of channels, or another map.
        """
        wanted = tuple(self.vector.shape)
        found = tuple(shape) if self.is_spatial else tuple(shape[:1])
        if wanted != found:
            sizes = [" x ".join(map(str, sides)) for sides in (wanted, found)]
            what = "a map of" if self.is_spatial else "channels:"
            raise DirectionError(
                f"direction {self.name} has {what} {sizes[0]}; layer {self.layer!r} "
                f"has {sizes[1]}. Fit it again on this network."
            )


def unit_direction(
    vector: ArrayLike,
    *,
    name: str,
    layer: str,
    kind: DirectionKind,
    quality: Mapping[str, float] | None = None,
    passes: bool = True,
) -> Direction:
    """A direction from a vector (C,) or (C, H, W) of any length.

    Raises:
        DirectionError: the vector is zero, or holds values that are not numbers.
    """
    values = np.asarray(vector, dtype=np.float64)
    largest = float(np.abs(values).max(initial=0))
    if not 0 < largest < np.inf:  # also refuses what is not a number
        raise DirectionError(
            f"direction {name} has no direction: its values are all zero or not finite"
        )
    scaled = values / largest  # squares neither overflow nor vanish
    unit = (scaled / np.linalg.norm(scaled)).astype(np.float32)
    return Direction(
        name=name,
        layer=layer,
        vector=unit,
        kind=kind,
        quality=quality or {},
        passes=passes,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageSet:
    """The photographs that one part of a fit has seen."""

    role: str
    """What they stood for, e.g. `concept stripes` or `random`."""

    n_images: int

    sha256: str
    """Of the photographs' own hashes, sorted, one per line."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DirectionFile:
    """Directions of one layer of one network, and how they were made."""

    directions: tuple[Direction, ...]
    """All of one layer, kind and shape, each name once."""

    network: str
    """The network's name."""

    weights_sha256: str
    """Of the network's weights file."""

    settings: Mapping[str, Any]
    """Everything the method was told."""

    images: tuple[ImageSet, ...]
    """Empty when no photograph took part."""

    rng_seed: int | None
    """None when chance took no part."""

    quality: Mapping[str, float]
    """What the fit as a whole reached, e.g. `explained_variance`."""

    generator: Mapping[str, Any]
    """Versions of the code and the libraries; see `provenance.describe_generator`."""

    def __post_init__(self) -> None:
        names = [direction.name for direction in self.directions]
        if not names or len(set(names)) < len(names):
            raise DirectionError(
                "a direction file needs at least one direction, each name once; got "
                f"{', '.join(names) or 'none'}"
            )
        alike = {(d.layer, d.kind, d.vector.shape) for d in self.directions}
        if len(alike) > 1:
            raise DirectionError(
                "the directions of a file share layer, kind and shape; got "
                f"{len(alike)} different ones. Write one file for each."
            )

    @property
    def layer(self) -> str:
        """The layer of all its directions."""
        return self.directions[0].layer

    @property
    def method(self) -> DirectionKind:
        """How all its directions were made."""
        return self.directions[0].kind

    @property
    def by_name(self) -> dict[str, Direction]:
        """Its directions under their names."""
        return {direction.name: direction for direction in self.directions}

    def check_network(self, *, name: str, weights_sha256: str) -> None:
        """Refuse another network than the one the directions were made on.

        Raises:
            DirectionError: the weights differ.
        """
        if self.weights_sha256 != weights_sha256:
            raise DirectionError(
                f"these directions belong to {self.network} with the weights "
                f"{self.weights_sha256[:12]}…; the network is {name} with "
                f"{weights_sha256[:12]}…. Fit them again on this network."
            )
