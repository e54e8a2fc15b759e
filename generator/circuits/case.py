"""What one feature is asked about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from generator.circuits.similarity import Floats
from generator.features import Feature


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Shown:
    """Pictures of one kind, as a feature is asked about them."""

    images: Tensor
    """(n, 3, H, W)."""

    names: Sequence[str]
    starts: Sequence[int]
    activations: Floats
    """(n,) of the feature."""

    is_matched: Sequence[bool]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Case:
    """One feature with everything it is asked about."""

    feature: Feature
    layers: Mapping[str, int]
    """Where, with each layer's order in the network."""

    level: float
    pictures: Mapping[str, Shown]
    """By kind; `natural` and `seed_image` among them."""

    other: Tensor
    """(m, 3, H, W): photographs of other features."""

    lower: Mapping[str, Tensor]
    """Further references by name."""

    n_bootstrap: int
    rng_seed: int
