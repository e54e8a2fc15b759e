"""From activations to one number per job: what a search makes larger."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from generator.activations import Unit
from generator.layers import by_position


def unit_scores(activations: Mapping[str, Tensor], units: Sequence[Unit]) -> Tensor:
    """Mean of each job's unit over its draws and positions.

    Args:
        activations: of each layer, (J * T, ...), the draws of one job together.
        units: J units.

    Returns:
        (J,).
    """
    scores = []
    for job, unit in enumerate(units):
        per_job = by_position(activations[unit.layer]).unflatten(0, (len(units), -1))
        scores.append(per_job[job, :, unit.index].mean())
    return torch.stack(scores)
