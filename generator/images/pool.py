"""The natural photographs that percentiles of one run refer to."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from generator.activations import feature_activations
from generator.features import Feature
from generator.images.tables import NaturalPool
from generator.metrics import spectral_slope
from generator.networks import Network
from generator.photographs import read_canvases

_BATCH = 32


def natural_pool(
    network: Network,
    files: Sequence[Path],
    features: Sequence[Feature],
    canvas_px: int,
) -> NaturalPool:
    """What some photographs say of natural pictures.

    Args:
        canvas_px: side on which they are shown, as the pictures to be placed are.

    Raises:
        PhotographError: a photograph cannot be read.
    """
    rows = [np.empty((0, len(features)), dtype=np.float32)]
    slopes: list[float] = []
    for first in range(0, len(files), _BATCH):
        canvases = read_canvases(
            files[first : first + _BATCH], network.preprocessing, canvas_px
        )
        found = feature_activations(network, canvases, features)
        rows.append(found.numpy())
        slopes += [spectral_slope(canvas) for canvas in canvases]
    activations = np.concatenate(rows)
    return NaturalPool(
        activations={feature: activations[:, i] for i, feature in enumerate(features)},
        spectral_slopes=np.array(slopes),
    )
