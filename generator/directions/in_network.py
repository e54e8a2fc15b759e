"""A network together with the directions that its features may name."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from generator.directions.direction import Direction
from generator.directions.files import read_directions
from generator.errors import DirectionError
from generator.layers import check_layer
from generator.networks import Network


def with_directions(network: Network, paths: Sequence[Path]) -> Network:
    """The network with the directions of some files added to its own.

    Raises:
        DirectionError: a file that cannot be read or was made on other weights, a
            direction that does not fit its layer, or two of one name.
        LayerNotFoundError: the network has no such layer.
    """
    directions: dict[str, Direction] = dict(network.directions)
    for path in paths:
        file = read_directions(path)
        file.check_network(name=network.name, weights_sha256=network.weights_sha256)
        layer = check_layer(file.layer, network.layers)
        for direction in file.directions:
            direction.check_shape(layer.shape)
            if direction.name in directions:
                raise DirectionError(
                    f"{path} names a direction {direction.name!r}, and so does another "
                    "file; make one of them again under another name"
                )
            directions[direction.name] = direction
    return replace(network, directions=directions)
