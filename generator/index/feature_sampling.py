"""Draw features to study: as many of each layer, dead ones left out. No torch."""

from dataclasses import dataclass

import numpy as np

from generator.errors import ConfigError, PoolError
from generator.features import FeatureId
from generator.natural_activations import NaturalActivations


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerSample:
    """What was drawn from one layer."""

    layer: str
    features: tuple[FeatureId, ...]
    """In the order of the index."""

    n_live: int
    """Features of the layer that could be drawn."""

    n_dead: int
    """Features left out: every photograph drives them to the same activation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureSample:
    """Features drawn from an index, layer by layer."""

    layers: tuple[LayerSample, ...]
    n_images: int
    """Photographs on which a feature had to show that it is alive."""

    @property
    def features(self) -> tuple[FeatureId, ...]:
        """All that were drawn."""
        return tuple(feature for one in self.layers for feature in one.features)

    @property
    def n_dead(self) -> int:
        """Dead features of all layers."""
        return sum(one.n_dead for one in self.layers)


def sample_features(
    index: NaturalActivations, n_per_layer: int, *, rng: np.random.Generator
) -> FeatureSample:
    """Draw features without replacement, the same number from each layer.

    Raises:
        ConfigError: n_per_layer is not positive.
        PoolError: a layer has too few features alive; names every such layer.
    """
    if n_per_layer < 1:
        raise ConfigError(f"n_per_layer must be at least 1; got {n_per_layer}")
    dead = set(index.dead_features())
    by_layer: dict[str, list[FeatureId]] = {}
    for feature in index.features:
        if not isinstance(feature, FeatureId) or feature.position is not None:
            continue  # only whole channels and logits are enumerated
        by_layer.setdefault(feature.layer, []).append(feature)
    samples, faults = [], []
    for layer, features in by_layer.items():
        live = [feature for feature in features if feature not in dead]
        if len(live) < n_per_layer:
            faults.append(f"{layer} has {len(live)} of {len(features)}")
            continue
        places = np.sort(rng.choice(len(live), n_per_layer, replace=False))
        samples.append(
            LayerSample(
                layer=layer,
                features=tuple(live[place] for place in places),
                n_live=len(live),
                n_dead=len(features) - len(live),
            )
        )
    if faults:
        raise PoolError(
            f"{n_per_layer} features of each layer are wanted, but alive on "
            f"{index.n_images} photographs are too few: {'; '.join(faults)}. Ask for "
            "fewer, or leave the layer out of the index."
        )
    return FeatureSample(layers=tuple(samples), n_images=index.n_images)
