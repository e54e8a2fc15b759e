"""Random views of a canvas: what they cover and what the network gets."""

from typing import Any, get_args

import pytest
import torch
from torch import Tensor

from generator.config import AccentuationConfig, CropLaw
from generator.search.line_weights import dense_weights, half_pixel
from generator.search.opacity import OpacityAccumulator
from generator.search.resampling import SquareCrops
from generator.search.transforms import draw
from tests.generator.search.drawing import SILENT, SMOOTH, drawn, random_canvas, streams


@pytest.mark.parametrize("law", ["uniform", "centered", "toroidal", "padded", "jitter"])
def test_every_pixel_of_the_canvas_is_covered(law: CropLaw) -> None:
    config = AccentuationConfig(
        crop_law=law, crop_range=(0.05, 0.99), draws_per_step=2000, **SILENT
    )

    coverage = drawn(config).coverage()

    assert coverage.shape == (1, 24, 24)
    assert coverage.min() > 0


def test_shrinking_crops_cover_every_pixel_in_the_course_of_a_run() -> None:
    config = AccentuationConfig(
        crop_law="maco",
        crop_range=(0.05, 1.0),
        crop_center_sd=0.15,
        steps=20,
        draws_per_step=100,
    )

    coverage = sum(drawn(config, step=step).coverage() for step in range(20))

    assert isinstance(coverage, Tensor)
    assert coverage.min() > 0


def test_whole_pixel_crops_never_see_the_last_row_and_column() -> None:
    """The reference's law: the crop ends before the pixel its bound lies in."""
    config = AccentuationConfig(
        crop_law="truncated",
        resize_law="aligned",
        crop_range=(0.05, 0.99),
        draws_per_step=2000,
    )

    coverage = drawn(config).coverage()[0]

    assert coverage[:-1, :-1].min() > 0
    assert coverage[-1].max() == 0
    assert coverage[:, -1].max() == 0


@pytest.mark.parametrize("law", ["toroidal", "padded"])
def test_laws_that_cover_equally_do_so(law: CropLaw) -> None:
    """Expected coverage is the same at every pixel: within the error of the draws."""
    config = AccentuationConfig(
        crop_law=law, crop_range=(0.4, 0.9), draws_per_step=20_000, **SILENT
    )

    coverage = draw(
        [streams()],
        config,
        step=0,
        input_px=4,
        canvas_size=(12, 12),
        like=torch.zeros(1),
    ).coverage()

    assert coverage.max() / coverage.min() < 1.1


@pytest.mark.parametrize(
    "changes",
    [
        {"crop_law": "uniform"},
        {"crop_law": "truncated", "resize_law": "aligned", "noise_at": "crop"},
        {"crop_law": "centered", "crop_stays_inside": False, "crop_center_sd": 0.3},
        {"crop_law": "maco", "crop_range": (0.05, 1.0)},
        {"crop_law": "toroidal"},
        {"crop_law": "padded"},
        {"crop_law": "padded", "crop_outside": "gray"},
        {"crop_law": "jitter"},
    ],
)
def test_coverage_is_the_gradient_of_the_mean_of_what_the_network_gets(
    changes: dict[str, Any],
) -> None:
    """The colors beyond the canvas count as given: the mean carries no gradient."""
    draws = drawn(AccentuationConfig(**changes), n_jobs=2)
    canvases = random_canvas(n_jobs=2).requires_grad_()

    (gradient,) = torch.autograd.grad(draws.apply(canvases).sum(), canvases)

    expected = (4 * draws.coverage())[:, None].expand(2, 3, 24, 24)
    assert torch.allclose(gradient, expected, atol=1e-4)


@pytest.mark.parametrize("law", get_args(CropLaw))
def test_the_opacity_map_of_a_uniform_objective_is_flat_by_every_law(
    law: CropLaw,
) -> None:
    """The mean of what the network gets, over a run of ten steps."""
    config = AccentuationConfig(
        crop_law=law,
        crop_range=(0.05, 0.99),
        steps=10,
        value_range=(-2.0, 2.0),
    )
    canvas = random_canvas(side=32).requires_grad_()
    opacity = OpacityAccumulator.start(canvas.detach())

    for step in range(10):
        draws = drawn(config, side=32, step=step)
        uniform = draws.to_network(canvas, SMOOTH).mean()
        opacity.add(torch.autograd.grad(uniform, canvas)[0], draws.coverage())

    covered = opacity.corrected()[opacity.coverage > 0]
    assert covered.max() / covered.min() < 1.001


@pytest.mark.parametrize("law", ["padded", "jitter"])
def test_beyond_the_canvas_lies_its_mean_color_or_gray(law: CropLaw) -> None:
    config = AccentuationConfig(crop_law=law, jitter_pad=1.0, **SILENT)
    one_color = torch.tensor([0.1, 0.2, 0.9]).view(1, 3, 1, 1).expand(1, 3, 24, 24)

    same = drawn(config).apply(one_color)
    gray = drawn(config.with_changes(crop_outside="gray")).apply(one_color)

    assert torch.allclose(same, one_color[:, :, :16, :16].expand_as(same), atol=1e-6)
    assert (gray - 0.5).abs().min() < 1e-6


def test_crops_wrap_round_by_the_toroidal_law() -> None:
    """Rolling the canvas rolls what a crop over its edge sees."""
    config = AccentuationConfig(
        crop_law="toroidal", crop_range=(0.5, 0.5), draws_per_step=50, **SILENT
    )
    canvas = random_canvas()
    draws = drawn(config)

    crops = draws.apply(canvas)

    assert isinstance(draws.sampling, SquareCrops)
    side, top, left = (draws.boxes[0] * 24).unbind(-1)
    tiled = canvas.repeat(1, 1, 2, 2)[0]
    for k in range(50):
        rows = dense_weights(half_pixel(top[k], side[k], 48, 16)).float()
        columns = dense_weights(half_pixel(left[k], side[k], 48, 16)).float()
        inside = (rows @ tiled @ columns.T)[:, 1:-1, 1:-1]  # its edge has no neighbor
        assert torch.allclose(crops[k][:, 1:-1, 1:-1], inside, atol=1e-5)


def test_matrix_crops_equal_cropping_one_by_one() -> None:
    config = AccentuationConfig(draws_per_step=5)
    canvas = random_canvas()
    draws = drawn(config)

    crops = draws.apply(canvas)

    assert isinstance(draws.sampling, SquareCrops)
    for k in range(5):
        rows, columns = (
            draws.sampling.rows.dense()[0, k],
            draws.sampling.columns.dense()[0, k],
        )
        one = rows @ canvas[0] @ columns.T
        assert torch.allclose(crops[k], one + draws.noise[0, k], atol=1e-6)


def test_single_precision_weights_lose_nothing() -> None:
    """A crop far down a long line: positions are kept as whole and part."""
    start, length = torch.tensor(1999.37).double(), torch.tensor(31.7).double()

    exact = dense_weights(half_pixel(start, length, 2048, 16))
    single = dense_weights(half_pixel(start, length, 2048, 16), like=torch.zeros(1))

    assert (exact - single).abs().max() < 2e-7
