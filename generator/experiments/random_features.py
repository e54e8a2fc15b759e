"""Features drawn at random: what any search does to a picture. Controls."""

import torch
from torch import Tensor

from generator.errors import FeatureNotFoundError
from generator.experiments.scene import Scene
from generator.features import LOGIT_LAYER, CallableFeature, Feature, FeatureId
from generator.layers import LayerInfo, by_position
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
    """A direction of unit length, uniform on the sphere, mean over positions."""
    streams = JobStreams(
        rng_seed=scene.rng_seed, job_id=content_id("random direction", layer.name)
    )
    drawn = torch.from_numpy(streams.rng("init").standard_normal(layer.n_channels))
    direction = (drawn / drawn.norm()).float()

    def respond(activations: dict[str, Tensor]) -> Tensor:
        placed = by_position(activations[layer.name])[..., layer.n_prefix_tokens :]
        responses: Tensor = placed.mean(-1) @ direction.to(placed)
        return responses

    name = f"random direction of {layer.name}, rng seed {scene.rng_seed}"
    return CallableFeature(name=name, layers=(layer.name,), function=respond)
