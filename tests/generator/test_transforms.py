"""Crops, resizes and noise."""

import pickle

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from generator.config import AccentuationConfig, CropLaw
from generator.streams import JobStreams
from generator.transforms import Draws, crop_boxes, draw, resize_weights


def streams(rng_seed: int = 0) -> JobStreams:
    return JobStreams(rng_seed=rng_seed, job_id="job")


def drawn(config: AccentuationConfig, *, side: int = 24, step: int = 0) -> Draws:
    return draw(
        [streams()],
        config,
        step=step,
        input_px=16,
        canvas_size=(side, side),
        like=torch.zeros(1),
    )


@pytest.mark.parametrize("law", ["uniform", "centered"])
def test_crops_keep_to_their_range_and_to_the_canvas(law: CropLaw) -> None:
    boxes = crop_boxes(streams().rng("crop"), 2000, law=law, crop_range=(0.2, 0.6))
    side, top, left = boxes.T

    assert 0.2 <= side.min() < 0.21
    assert 0.59 < side.max() <= 0.6
    for corner in (top, left):
        assert corner.min() >= 0
        assert (corner + side).max() <= 1 + 1e-12


@pytest.mark.parametrize("n_out", [8, 24, 30])
def test_the_whole_canvas_is_resized_as_torch_does(n_out: int) -> None:
    image = torch.rand(24, 24, generator=torch.Generator().manual_seed(0)).double()
    whole = resize_weights(torch.tensor(0.0), torch.tensor(24.0), 24, n_out)

    ours = whole @ image @ whole.T

    theirs = interpolate(
        image[None, None], size=(n_out, n_out), mode="bilinear", antialias=True
    )
    assert torch.allclose(ours, theirs[0, 0], atol=1e-12)


def test_weights_of_each_row_sum_to_one_wherever_the_crop_lies() -> None:
    starts = torch.linspace(0, 20, 41)

    weights = resize_weights(starts, torch.full((41,), 4.0), 24, 16)

    assert torch.allclose(weights.sum(-1), torch.ones(41, 16, dtype=torch.double))


def test_the_centre_of_a_crop_stays_where_it_was() -> None:
    """A crop of pixels 3.3 to 15.3 is centred at 9.3 - ½ in pixel indices."""
    weights = resize_weights(torch.tensor(3.3), torch.tensor(12.0), 24, 16)
    index = torch.arange(24, dtype=torch.double)

    centroid = (weights @ index).mean()

    assert centroid == pytest.approx(8.8, abs=0.01)


def test_every_pixel_of_the_canvas_is_covered() -> None:
    config = AccentuationConfig(crop_range=(0.05, 0.99), draws_per_step=2000)

    coverage = drawn(config).coverage()

    assert coverage.shape == (1, 24, 24)
    assert coverage.min() > 0


def test_matrix_crops_equal_cropping_one_by_one() -> None:
    config = AccentuationConfig(draws_per_step=5)
    canvas = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(1))
    draws = drawn(config)

    crops = draws.apply(canvas)

    for k in range(5):
        one = draws.rows[0, k] @ canvas[0] @ draws.columns[0, k].T
        assert torch.allclose(crops[k], one + draws.noise[0, k], atol=1e-6)


@pytest.mark.parametrize("side", [0.1, 0.9])
def test_noise_at_the_network_does_not_depend_on_the_crop(side: float) -> None:
    config = AccentuationConfig(
        crop_range=(side, side), noise_sd=0.1, noise_range=0.0, draws_per_step=50
    )

    crops = drawn(config).apply(torch.full((1, 3, 24, 24), 0.5))

    assert crops.std() == pytest.approx(0.1, rel=0.02)


def test_draws_depend_on_the_step_and_on_nothing_before_it() -> None:
    config = AccentuationConfig()

    alone = drawn(config, step=3)
    after_others = [drawn(config, step=step) for step in range(4)][3]

    assert torch.equal(alone.rows, after_others.rows)
    assert torch.equal(alone.noise, after_others.noise)
    assert not torch.equal(alone.rows, drawn(config, step=2).rows)


def test_no_global_generator_is_read_or_moved() -> None:
    torch_state = torch.get_rng_state()
    numpy_state = pickle.dumps(np.random.get_state())  # noqa: NPY002

    drawn(AccentuationConfig())

    assert torch.equal(torch.get_rng_state(), torch_state)
    assert pickle.dumps(np.random.get_state()) == numpy_state  # noqa: NPY002
