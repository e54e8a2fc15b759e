"""What is compared with what: everything chosen and checked before any search."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from generator.circuits.compared_layers import compared_layers
from generator.circuits.config import CircuitConfig
from generator.circuits.making import unrelated_features
from generator.circuits.pool import PhotographPool, read_pool
from generator.circuits.sets import PhotographSets, choose_sets
from generator.errors import ConfigError
from generator.feature_lookup import describe_feature
from generator.features import Feature
from generator.networks import Network
from generator.photographs import default_canvas_px
from generator.progress import Progress
from generator.search.regularization import choose_layer


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Prepared:
    """Everything chosen and checked before any search."""

    network: Network
    features: tuple[Feature, ...]
    layers: Mapping[Feature, tuple[str, ...]]
    pool: PhotographPool
    sets: PhotographSets
    unrelated: tuple[int, ...]
    """For each feature, the index of the one accentuated as unrelated."""

    config: CircuitConfig

    def file_of(self, index: int, kind: str, start: int) -> str:
        """Where a made picture is saved, relative to the result's folder."""
        return f"{self.stem_of(index)}/{kind}--{start}.png"

    def stem_of(self, index: int) -> str:
        """A name for a feature's files; the number keeps names apart."""
        text = re.sub(r"[^a-z0-9]+", "-", str(self.features[index]).lower())
        return f"{index:02}-{text.strip('-')}"


def prepare(
    network: Network,
    features: Sequence[Feature],
    photographs: Path,
    config: CircuitConfig,
    *,
    progress: Progress,
) -> Prepared:
    """Look everything up and choose the photographs.

    Raises:
        ConfigError: fewer than two features, or one without an earlier layer.
        LayerNotFoundError, FeatureNotFoundError: the network has no such thing.
        PhotographError, PoolError: the photographs cannot supply what is needed.
    """
    different = tuple(dict.fromkeys(features))
    if len(different) < 2:
        raise ConfigError(
            "circuits are compared between features: give at least 2 different ones; "
            f"got {len(different)}"
        )
    for feature in different:
        _check_penalty(network, feature, config)
    canvas_px = config.accentuation.canvas_px or default_canvas_px(
        network.preprocessing
    )
    if config.layers:  # refuses wrong names before the photographs are read
        probe = torch.zeros(1, 3, canvas_px, canvas_px)
        compared_layers(network, different, config.layers, probe)
    pool = read_pool(
        network, photographs, different, canvas_px=canvas_px, progress=progress
    )
    names = tuple(str(feature) for feature in different)
    sets = choose_sets(pool.activations, names, pool.groups, config)
    layers: dict[Feature, tuple[str, ...]] = {}
    for feature, own in zip(different, sets.features, strict=True):
        probe = pool.canvases(own.natural[:3])
        layers |= compared_layers(network, [feature], config.layers, probe)
    return Prepared(
        network=network,
        features=different,
        layers=layers,
        pool=pool,
        sets=sets,
        unrelated=tuple(unrelated_features(pool.activations)),
        config=config,
    )


def _check_penalty(network: Network, feature: Feature, config: CircuitConfig) -> None:
    """Refuse a wrong regularization layer before anything is searched for."""
    for wanted in config.accentuation.regularization_layers or (None,):
        choose_layer(
            network.module,
            network.layers,
            wanted=wanted,
            feature=str(describe_feature(network, feature)["layer"]),
        )
