"""Draws of random views, for tests."""

from typing import Any

import torch
from torch import Tensor

from generator.config import AccentuationConfig
from generator.networks import Preprocessing
from generator.search.transforms import Draws, draw
from generator.streams import JobStreams

SMOOTH = Preprocessing(
    input_px=16, resize_px=16, mean=(0.5, 0.4, 0.3), std=(0.25, 0.2, 0.1)
)


SILENT: dict[str, Any] = {"noise_sd": 0.0, "noise_range": 0.0}


def streams(rng_seed: int = 0) -> JobStreams:
    return JobStreams(rng_seed=rng_seed, job_id="job")


def drawn(
    config: AccentuationConfig, *, side: int = 24, step: int = 0, n_jobs: int = 1
) -> Draws:
    return draw(
        [streams(job) for job in range(n_jobs)],
        config,
        step=step,
        input_px=16,
        canvas_size=(side, side),
        like=torch.zeros(1),
    )


def random_canvas(n_jobs: int = 1, side: int = 24) -> Tensor:
    rng = torch.Generator().manual_seed(1)
    return torch.rand(n_jobs, 3, side, side, generator=rng)
