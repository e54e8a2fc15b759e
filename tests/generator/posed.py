"""Searches posed by hand, in any number format."""

from collections.abc import Sequence

import torch
from torch import Tensor

from generator.config import AccentuationConfig
from generator.networks import Network
from generator.objectives import Objective
from generator.parameterization.choice import for_images
from generator.penalties.choice import canvas_terms, latent_terms
from generator.penalties.region import canvas_weights
from generator.search.problem import Problem
from generator.streams import JobStreams


def pose_by_hand(
    network: Network,
    seeds: Tensor,
    objectives: Sequence[Objective],
    config: AccentuationConfig,
    *,
    layers: Sequence[str] = ("conv1",),
    regions: Tensor | None = None,
    rng_seed: int = 0,
    job_ids: Sequence[str] | None = None,
) -> Problem:
    """Jobs that start from seed images (J, 3, H, W), in the number format of these."""
    ids = job_ids or [str(job) for job in range(len(seeds))]
    weights = canvas_weights(regions, config.penalty_side)
    latent = latent_terms(network, layers, seeds, objectives, config)
    return Problem(
        network=network,
        parameterization=for_images(config, seeds),
        objectives=objectives,
        streams=[JobStreams(rng_seed=rng_seed, job_id=job_id) for job_id in ids],
        config=config,
        seed_images=seeds,
        latent=latent,
        canvas=canvas_terms(config, weights),
        latent_weights=weights,
    )


def left_half(n_jobs: int, height: int, width: int) -> Tensor:
    """(J, H, W) regions, 1 in the left half."""
    regions = torch.zeros(n_jobs, height, width, dtype=torch.float64)
    regions[..., : width // 2] = 1
    return regions
