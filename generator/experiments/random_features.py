"""Features drawn at random: what any search does to a picture. Controls."""

import torch
from torch import Tensor

from generator.concepts.random_directions import (
    RandomDirectionsConfig,
    draw_directions,
)
from generator.direction_response import direction_response
from generator.errors import FeatureNotFoundError
from generator.experiments.scene import Scene
from generator.features import LOGIT_LAYER, CallableFeature, Feature, FeatureId
from generator.layers import LayerInfo
from generator.streams import JobStreams, content_id


def random_unit(scene: Scene, layer: LayerInfo, feature: Feature) -> FeatureId:
    """Another unit of the layer, drawn with the figure's rng seed.

    Raises:
        FeatureNotFoundError: the layer has no other.
    """
    streams = JobStreams(
        rng_seed=scene.rng_seed, job_id=content_id("random feature", str(feature))
    )
    units = [
        FeatureId(layer.name, str(number))
        for number in range(layer.n_channels)
        if not _is_named(scene, feature, layer, number)
    ]
    if not units:
        raise FeatureNotFoundError(
            f"layer {layer.name!r} has no unit beside those of {feature}, so there is "
            "no random feature to compare with"
        )
    return units[int(streams.rng("init").integers(len(units)))]


def _is_named(scene: Scene, feature: Feature, layer: LayerInfo, number: int) -> bool:
    names = {str(number)}
    if layer.name == LOGIT_LAYER and number < len(scene.network.labels):
        names.add(scene.network.labels[number].casefold())
    return any(
        isinstance(leaf, FeatureId)
        and leaf.layer == layer.name
        and leaf.unit.casefold() in names
        for leaf in feature.leaves
    )


def random_direction(scene: Scene, layer: LayerInfo) -> CallableFeature:
    """The first of the random directions that `accentuate directions` would draw."""
    config = RandomDirectionsConfig(layer=layer.name, n=1, rng_seed=scene.rng_seed)
    (drawn,) = draw_directions(scene.network, config).directions
    vector = torch.tensor(drawn.vector)

    def respond(activations: dict[str, Tensor]) -> Tensor:
        return direction_response(
            activations[layer.name], vector, n_prefix_tokens=layer.n_prefix_tokens
        )

    name = f"random direction of {layer.name}, rng seed {scene.rng_seed}"
    return CallableFeature(name=name, layers=(layer.name,), function=respond)
