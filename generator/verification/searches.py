"""Searches as the checks need them: pictures before they are rounded to 8 bits."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from generator.accentuation import Accentuation
from generator.accentuation_job import AccentuationJob
from generator.capture import undisturbed
from generator.config import AccentuationConfig
from generator.networks import Network
from generator.search.optimize import optimize
from generator.search.preparation import Prepared, batches, prepare
from generator.search.problem import Problem
from generator.search.steering import FixedPull


def posed(
    network: Network, jobs: Sequence[AccentuationJob], config: AccentuationConfig
) -> Prepared:
    """Jobs ready for the search, all in one batch.

    Raises:
        ValueError: they do not fit into one, or one of them cannot move.
    """
    (batch,) = batches(network, jobs, config)
    prepared, refused = prepare(network, batch, config, None)
    if prepared is None or refused:
        raise ValueError("; ".join(str(refusal.error) for refusal in refused))
    return prepared


def search(
    network: Network,
    jobs: Sequence[AccentuationJob],
    config: AccentuationConfig,
    *,
    changed: Callable[[Problem], Problem] = lambda problem: problem,
) -> Tensor:
    """Where the searches of these jobs end, (J, 3, H, W), not rounded to 8 bits.

    Args:
        changed: what is searched instead of what was prepared.
    """
    with undisturbed(network.module):
        prepared = posed(network, jobs, config)
        problem = changed(prepared.problem)
        pull = FixedPull(factors=prepared.pull(config.regularization_weight))
        found = optimize(problem, prepared.start, steering=pull)
        with torch.no_grad():
            return problem.parameterization.to_image(found.parameters).cpu()


def bytes_of(made: Accentuation) -> bytes:
    """Everything measured of an accentuation, as bytes."""
    numbers = torch.tensor(
        [
            made.activation_before,
            made.activation_after,
            made.latent_distance,
            made.ssim,
            made.balance,
        ],
        dtype=torch.float64,
    )
    arrays = (made.image, made.opacity_map, made.raw_map, made.coverage, numbers)
    return b"".join(array.contiguous().numpy().tobytes() for array in arrays)


def n_unequal(one: bytes, other: bytes) -> int:
    """Bytes in which two results differ."""
    differing = sum(a != b for a, b in zip(one, other, strict=False))
    return differing + abs(len(one) - len(other))
