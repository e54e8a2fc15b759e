"""Random directions: a control for those that were fitted."""

from dataclasses import dataclass

from generator.concepts.made_files import direction_file
from generator.directions.direction import (
    DirectionFile,
    check_direction_name,
    unit_direction,
)
from generator.errors import ConfigError
from generator.layers import check_layer
from generator.networks import Network
from generator.streams import JobStreams, content_id


@dataclass(frozen=True, kw_only=True, slots=True)
class RandomDirectionsConfig:
    """How many directions are drawn, and where."""

    layer: str
    """Dotted module name, or `logit`."""

    n: int
    """Directions."""

    prefix: str = "random"
    """They are named PREFIX_0, PREFIX_1, …"""

    rng_seed: int = 0

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ConfigError(f"n must be at least 1; got {self.n}")
        check_direction_name(self.prefix)


def draw_directions(network: Network, config: RandomDirectionsConfig) -> DirectionFile:
    """Directions uniform on the unit sphere of a layer's channels.

    Each depends on the layer, its own number and rng_seed only: more of them leave
    the first ones as they are.

    Raises:
        LayerNotFoundError: the network has no such layer.
    """
    layer = check_layer(config.layer, network.layers)
    streams = JobStreams(
        rng_seed=config.rng_seed, job_id=content_id("random direction", layer.name)
    )
    directions = [
        unit_direction(
            streams.rng("init", number).standard_normal(layer.n_channels),
            name=f"{config.prefix}_{number}",
            layer=layer.name,
            kind="random",
        )
        for number in range(config.n)
    ]
    return direction_file(network, directions, config=config, rng_seed=config.rng_seed)
