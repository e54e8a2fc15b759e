"""More looks at a picture that was found after few steps.

An opacity map sums what the feature saw in every crop of a search. Of a level that is
passed in the first steps there are too few crops to cover the picture; the map then
goes on with the draws of the steps that would have followed, at the picture itself.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from generator.search.opacity import OpacityAccumulator
from generator.search.problem import Problem, draw_for, gradients

LEAST_STEPS = 16
"""Steps whose crops an opacity map sums at least, where the search has so many."""


def looked_on(
    problem: Problem,
    parameters: Tensor,
    opacity: OpacityAccumulator,
    n_steps: Sequence[int],
) -> OpacityAccumulator:
    """The maps of J jobs, continued up to LEAST_STEPS; those given are unchanged.

    Args:
        parameters: (J, …) of the pictures that were found.
        opacity: summed over the steps of each job so far.
        n_steps: of each job.
    """
    summed = OpacityAccumulator(
        raw=opacity.raw.clone(), coverage=opacity.coverage.clone()
    )
    with torch.no_grad():
        canvases = problem.parameterization.to_image(parameters)
    unheld = replace(problem, latent=(), canvas=())
    for step in range(min(n_steps), min(LEAST_STEPS, problem.config.steps)):
        draws = draw_for(problem, canvases, step)
        with torch.enable_grad():
            found = gradients(unheld, canvases, draws)
        lacks = [float(own <= step) for own in n_steps]
        share = found.objective.new_tensor(lacks)[:, None, None]  # (J, 1, 1)
        summed.add(share[:, None] * found.objective, share * draws.coverage())
    return summed
