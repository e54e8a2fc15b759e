"""Ways through the network: in full float32, or in a format that is less exact."""

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from generator.errors import ConfigError
from generator.networks import Network
from generator.search.choices import Precision
from generator.search.lean_network import coarse_network, lean_network
from generator.search.tf32 import float32_products, has_tf32


@dataclass(frozen=True, kw_only=True, slots=True)
class PrecisionFacts:
    """In which precision one job was searched, and why."""

    used: Precision = "float32"
    """Of the network's passes; what is measured and reported is in float32 always."""

    cosine: float | None = None
    """Between gradients in the precision asked for and in float32, the smallest
    found. None: nothing else than float32 was asked for, or the network cannot compute
    in anything else."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Passage:
    """How crops go through a network: which copy of it, with which products."""

    network: Network
    uses_tf32: bool = False

    def arithmetic(self) -> AbstractContextManager[None]:
        """What the copy's passes run in, there and back."""
        return float32_products(tf32=True) if self.uses_tf32 else nullcontext()


def lower_passage(
    network: Network, kept: Collection[str], precision: Precision
) -> Passage | None:
    """The way in a lower precision; None: none is asked for, or the network has none.

    Args:
        kept: layers that will be looked at.
    """
    if precision == "tf32":
        return Passage(network=lean_network(network, kept), uses_tf32=True)
    coarse = coarse_network(network, kept) if precision == "bfloat16" else None
    return None if coarse is None else Passage(network=coarse)


def check_precision(network: Network, precision: Precision) -> None:
    """Refuse what the network's device does not have.

    Raises:
        ConfigError: it has no TF32.
    """
    if precision == "tf32" and not has_tf32(network.device):
        raise ConfigError(
            "precision 'tf32' needs a CUDA device of compute capability 8.0 or later; "
            f"{network.name} lies on {network.device}. Use bfloat16 or float32."
        )
