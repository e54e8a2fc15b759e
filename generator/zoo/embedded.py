"""The small network that comes with the package."""

from torch import nn

from generator.demo.network import (
    INPUT_PX,
    MEAN,
    RESIZE_PX,
    STD,
    load_embedded_network,
)
from generator.errors import NetworkError
from generator.networks import EMBEDDED, Network, NetworkSource, Preprocessing
from generator.zoo.random_weights import randomized
from generator.zoo.weights import state_sha256


def load_embedded(source: NetworkSource) -> Network:
    """It, with its own weights or untrained ones.

    Raises:
        NetworkError: other weights are given.
    """
    if source.weights is not None:
        raise NetworkError(
            f"the embedded network brings its own weights; got {source.weights}. "
            "Leave the weights out, or name a torchvision network."
        )
    loaded = load_embedded_network()
    module: nn.Module = loaded.module
    sha256 = loaded.weights_sha256
    if source.random_weights is not None:
        module = randomized(module, rng_seed=source.random_weights)
        sha256 = state_sha256(module)
    return Network(
        name=EMBEDDED,
        module=module,
        preprocessing=Preprocessing(
            input_px=INPUT_PX, resize_px=RESIZE_PX, mean=MEAN, std=STD
        ),
        labels=loaded.labels,
        weights_sha256=sha256,
    )
