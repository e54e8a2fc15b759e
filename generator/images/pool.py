"""The natural photographs that percentiles of one run refer to."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from generator.activations import feature_activations
from generator.features import Feature
from generator.images.tables import NaturalPool
from generator.metrics import spectral_slope
from generator.networks import Network
from generator.photographs import list_photographs, read_photograph, to_canvas

_BATCH = 32


def natural_pool(
    network: Network,
    folders: Sequence[Path],
    features: Sequence[Feature],
    canvas_px: int,
) -> NaturalPool:
    """What the photographs of some folders say of natural pictures.

    A photograph in two folders counts once.

    Args:
        canvas_px: side on which they are shown, as the pictures to be placed are.

    Raises:
        PhotographError: a folder is not there, or a photograph cannot be read.
    """
    paths: dict[str, Path] = {}
    for folder in folders:
        for photograph in list_photographs(folder):
            paths.setdefault(photograph.sha256, folder / photograph.path)
    files = list(paths.values())
    rows = [np.empty((0, len(features)), dtype=np.float32)]
    slopes: list[float] = []
    for first in range(0, len(files), _BATCH):
        canvases = [
            to_canvas(read_photograph(path), network.preprocessing, canvas_px)
            for path in files[first : first + _BATCH]
        ]
        found = feature_activations(network, torch.stack(canvases), features)
        rows.append(found.numpy())
        slopes += [spectral_slope(canvas) for canvas in canvases]
    activations = np.concatenate(rows)
    return NaturalPool(
        activations={feature: activations[:, i] for i, feature in enumerate(features)},
        spectral_slopes=np.array(slopes),
    )
