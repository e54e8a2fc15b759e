"""Features drawn at random: what any search does to a picture. Controls."""

import torch
from torch import Tensor

from generator.concepts.random_directions import (
    RandomDirectionsConfig,
    draw_directions,
)
from generator.directions.response import direction_response
from generator.errors import FeatureNotFoundError
from generator.experiments.scene import Scene
from generator.feature_text import logit_features
from generator.features import (
    LOGIT_LAYER,
    CallableFeature,
    Feature,
    FeatureId,
    logit_index,
)
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
    taken = {
        _number(scene, leaf)
        for leaf in feature.leaves
        if isinstance(leaf, FeatureId) and leaf.layer == layer.name
    }
    units = [number for number in range(layer.n_channels) if number not in taken]
    if not units:
        raise FeatureNotFoundError(
            f"layer {layer.name!r} has no unit beside those of {feature}, so there is "
            "no random feature to compare with"
        )
    number = units[int(streams.rng("init").integers(len(units)))]
    if layer.name == LOGIT_LAYER:
        return logit_features(scene.network.labels, layer.n_channels)[number]
    return FeatureId(layer.name, str(number))


def _number(scene: Scene, unit: FeatureId) -> int | None:
    """Of a channel or logit; None for a direction."""
    if unit.is_logit:
        return logit_index(unit.unit, scene.network.labels)
    return int(unit.unit) if unit.unit.isdecimal() else None


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
