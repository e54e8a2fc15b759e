"""Draws depend on the job and the step, and on nothing else."""

import pickle

import numpy as np
import pytest
import torch

from generator.config import AccentuationConfig, CropLaw
from tests.generator.search.drawing import drawn, random_canvas


@pytest.mark.parametrize("law", ["uniform", "maco", "jitter"])
def test_draws_depend_on_the_step_and_on_nothing_before_it(law: CropLaw) -> None:
    config = AccentuationConfig(crop_law=law)
    canvas = random_canvas()

    alone = drawn(config, step=3).apply(canvas)
    after_others = [drawn(config, step=step) for step in range(4)][3].apply(canvas)

    assert torch.equal(alone, after_others)
    assert not torch.equal(alone, drawn(config, step=2).apply(canvas))


@pytest.mark.parametrize("law", ["uniform", "padded", "jitter"])
def test_a_job_draws_the_same_alone_and_beside_others(law: CropLaw) -> None:
    config = AccentuationConfig(crop_law=law)
    canvases = random_canvas(n_jobs=3)

    together = drawn(config, n_jobs=3).apply(canvases)
    alone = drawn(config).apply(canvases[:1])

    assert torch.allclose(together[:4], alone, atol=1e-6)


@pytest.mark.parametrize("law", ["padded", "jitter"])
def test_some_draws_of_some_jobs_are_those(law: CropLaw) -> None:
    draws = drawn(AccentuationConfig(crop_law=law, draws_per_step=5), n_jobs=3)
    canvases = random_canvas(n_jobs=3)

    part = draws.cut(slice(1, 3), slice(2, 4))

    whole = draws.apply(canvases).reshape(3, 5, 3, 16, 16)
    assert part.shape == (2, 2)
    assert torch.allclose(
        part.apply(canvases[1:]), whole[1:3, 2:4].flatten(0, 1), atol=1e-6
    )


def test_no_global_generator_is_read_or_moved() -> None:
    torch_state = torch.get_rng_state()
    numpy_state = pickle.dumps(np.random.get_state())  # noqa: NPY002

    drawn(AccentuationConfig())

    assert torch.equal(torch.get_rng_state(), torch_state)
    assert pickle.dumps(np.random.get_state()) == numpy_state  # noqa: NPY002
