"""Networks whose layers are random, from the top downwards: pictures must change.

Source: Adebayo et al. (2018), Sanity Checks for Saliency Maps, arXiv 1810.03292.
"""

import torch

from generator.activations import network_view, score
from generator.capture import undisturbed
from generator.errors import ConfigError
from generator.experiments.layer_sweep import ALL
from generator.experiments.scene import Scene, SeedImage
from generator.experiments.trial import RandomWeights, Trial
from generator.feature_lookup import find_objective
from generator.features import Feature
from generator.networks import Network
from generator.zoo.random_weights import count_layers

_SHARES = (0.25, 0.5, 0.75)
"""Of the layers, between the topmost one and all of them."""


def cascade_trials(scene: Scene, seed: SeedImage, feature: Feature) -> list[Trial]:
    """The same search in networks with ever more random layers.

    Raises:
        ConfigError: a number of layers is out of range.
    """
    return [
        _trial(scene, seed, feature, weights)
        for weights in _depths(scene, count_layers(scene.network.module))
    ]


def _depths(scene: Scene, n_layers: int) -> list[RandomWeights]:
    counts: list[int | None] = [1, *(round(n_layers * share) for share in _SHARES)]
    counts = [*dict.fromkeys(n for n in counts if n and n < n_layers), None]
    if scene.request.values:
        counts = [_count(text, n_layers) for text in scene.request.values]
    return [
        RandomWeights(rng_seed=scene.rng_seed, n_layers_from_top=count)
        for count in counts
    ]


def _count(text: str, n_layers: int) -> int | None:
    if text == ALL:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= n_layers:
        raise ConfigError(
            f"--values of controls are numbers of random layers, 1 to {n_layers}, or "
            f"{ALL}; got {text!r}"
        )
    return int(text)


def _trial(
    scene: Scene, seed: SeedImage, feature: Feature, weights: RandomWeights
) -> Trial:
    """With an objective as steep as the trained one.

    Signals fade in deep networks of random weights; without this the optimizer would
    take gradients for rounding noise and leave the picture as it is.
    """
    changed = weights.of(scene.network)
    steep = _slope(scene.network, seed, feature)
    flat = _slope(changed, seed, feature)
    multiple = steep / flat if flat > 0 and steep > 0 else 1.0
    return Trial(
        label=str(weights),
        job=scene.job(seed, feature * multiple),
        config=scene.config,
        setting={"control": "random weights"},
        weights=weights,
        feature=feature,
        multiple=multiple,
    )


def _slope(network: Network, seed: SeedImage, feature: Feature) -> float:
    """Mean absolute gradient of a feature with respect to the network's view."""
    objective = find_objective(network, feature)
    with undisturbed(network.module), torch.enable_grad():
        view = network_view(network, seed.canvas[None]).requires_grad_()
        (gradient,) = torch.autograd.grad(score(network, view, objective).sum(), view)
    return float(gradient.abs().mean())
