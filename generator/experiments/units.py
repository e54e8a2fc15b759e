"""Units of a network that a figure shows when none is named."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from generator.activations import network_view
from generator.capture import layer_activations, undisturbed
from generator.errors import ConfigError, NetworkError
from generator.experiments.scene import Scene
from generator.feature_text import logit_features
from generator.features import LOGIT_LAYER, FeatureId
from generator.layers import LayerInfo, by_position, check_layer
from generator.search.regularization import stages

_BATCH = 16
_MOST_PHOTOGRAPHS = 64
"""So many of a large pool are enough to choose a unit by."""


def late_stage(scene: Scene) -> LayerInfo:
    """The last stage before the coarsest grid: parts of objects, not yet classes.

    Raises:
        NetworkError: the network has no stage with positions.
    """
    network = scene.network
    placed = [
        stage
        for stage in stages(network.module, network.layers)
        if stage.stride_px is not None
    ]
    if not placed:
        raise NetworkError(
            f"{network.name} has no stage with positions; name a unit with "
            "--feature LAYER:CHANNEL"
        )
    coarsest = max(stage.stride_px or 0 for stage in placed)
    finer = [stage for stage in placed if (stage.stride_px or 0) < coarsest]
    return (finer or placed)[-1]


def strongest_unit(scene: Scene, files: Sequence[Path]) -> FeatureId:
    """The channel of the late stage that responds most on average to photographs.

    Raises:
        PhotographError: a photograph cannot be read.
    """
    layer = late_stage(scene)
    step = max(1, len(files) // _MOST_PHOTOGRAPHS)
    means = channel_means(scene, files[::step], layer)  # (n, C)
    return FeatureId(layer.name, str(int(means.mean(0).argmax())))


def channel_means(scene: Scene, files: Sequence[Path], layer: LayerInfo) -> Tensor:
    """(photographs, C) mean over the positions of a layer."""
    network = scene.network
    rows = []
    with undisturbed(network.module), torch.no_grad():
        for first in range(0, len(files), _BATCH):
            view = network_view(network, scene.canvases(files[first : first + _BATCH]))
            seen = layer_activations(network, view, [layer.name])[layer.name]
            placed = by_position(seen)[..., layer.n_prefix_tokens :]
            rows.append(placed.mean(-1).float().cpu())
    return torch.cat(rows)


def commonest_classes(
    scene: Scene, files: Sequence[Path], count: int
) -> list[FeatureId]:
    """The logits that are strongest most often; of equally common ones, the first.

    Raises:
        ConfigError: the network has no labelled classes.
    """
    network = scene.network
    if not network.labels:
        raise ConfigError(
            f"{network.name} has no labelled classes; name units with "
            "--feature LAYER:CHANNEL"
        )
    step = max(1, len(files) // _MOST_PHOTOGRAPHS)
    layer = check_layer(LOGIT_LAYER, network.layers)
    first = channel_means(scene, files[::step], layer).argmax(1).tolist()
    named = logit_features(network.labels, layer.n_channels)
    ranked = sorted(Counter(first).items(), key=lambda found: (-found[1], found[0]))
    return [named[i] for i, _ in ranked[:count]]
