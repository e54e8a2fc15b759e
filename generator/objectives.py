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
        of_layer = by_position(activations[unit.layer])  # (J * T, C, P)
        n_draws = len(of_layer) // len(units)
        own = of_layer[job * n_draws : (job + 1) * n_draws, unit.index]  # (T, P)
        scores.append(own.mean())
    return torch.stack(scores)
