"""Cutting and resizing as matrices and as gathered pixels."""

import pytest
import torch
from torch.nn.functional import interpolate

from generator.search.line_weights import Edge, aligned, dense_weights, half_pixel
from generator.search.resampling import turned_views


@pytest.mark.parametrize("n_out", [8, 24, 30])
def test_the_whole_canvas_is_resized_as_torch_does(n_out: int) -> None:
    image = torch.rand(24, 24, generator=torch.Generator().manual_seed(0)).double()
    whole = dense_weights(half_pixel(torch.tensor(0.0), torch.tensor(24.0), 24, n_out))

    ours = whole @ image @ whole.T

    theirs = interpolate(
        image[None, None], size=(n_out, n_out), mode="bilinear", antialias=True
    )
    assert torch.allclose(ours, theirs[0, 0], atol=1e-12)


@pytest.mark.parametrize(("first", "length"), [(0, 24), (3, 15), (10, 9), (5, 1)])
def test_aligned_crops_are_what_torch_makes_of_them(first: int, length: int) -> None:
    image = torch.rand(24, 24, generator=torch.Generator().manual_seed(0)).double()
    weights = dense_weights(aligned(torch.tensor(first), torch.tensor(length), 24, 14))

    ours = weights @ image @ weights.T

    cut = image[first : first + length, first : first + length]
    theirs = interpolate(
        cut[None, None],
        size=(14, 14),
        mode="bilinear",
        antialias=True,
        align_corners=True,
    )
    assert torch.allclose(ours, theirs[0, 0], atol=1e-12)


@pytest.mark.parametrize("edge", ["inside", "wrap"])
def test_weights_of_each_row_sum_to_one_wherever_the_crop_lies(edge: Edge) -> None:
    starts = torch.linspace(0, 20, 41)

    weights = dense_weights(
        half_pixel(starts, torch.full((41,), 4.0), 24, 16, edge=edge)
    )

    assert torch.allclose(weights.sum(-1), torch.ones(41, 16, dtype=torch.double))


@pytest.mark.parametrize("length", [3.0, 17.3, 40.0])
def test_open_weights_of_a_stretch_inside_sum_to_one(length: float) -> None:
    weights = dense_weights(
        half_pixel(torch.tensor(30.2), torch.tensor(length), 100, 7, edge="open")
    )

    assert torch.allclose(weights.sum(-1), torch.ones(7, dtype=torch.double))


def test_open_weights_keep_only_what_lies_on_the_line() -> None:
    """The stretch -4 to 4 on a line that starts at 0: four pixels of eight."""
    weights = dense_weights(
        half_pixel(torch.tensor(-4.0), torch.tensor(8.0), 10, 8, edge="open")
    )

    assert torch.allclose(weights[:4], torch.zeros(4, 10, dtype=torch.double))
    assert torch.allclose(weights[4:, :4], torch.eye(4, dtype=torch.double))


@pytest.mark.parametrize("edge", ["inside", "open", "wrap"])
@pytest.mark.parametrize("start", [3.3, 4.0, 7.77])
def test_the_centre_of_a_crop_stays_where_it_was(start: float, edge: Edge) -> None:
    """A crop of 12 pixels from `start` is centred at start + 6 - ½ in pixel indices."""
    weights = dense_weights(
        half_pixel(torch.tensor(start), torch.tensor(12.0), 24, 16, edge=edge)
    )
    index = torch.arange(24, dtype=torch.double)

    centroid = (weights @ index).mean()

    assert centroid == pytest.approx(start + 5.5, abs=0.01)


def test_a_view_that_is_not_moved_is_the_canvas() -> None:
    still = torch.tensor([0.0, 0, 0, 0, 1, 0]).double().view(1, 1, 6)
    canvas = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0)).double()

    view = turned_views(still, pad=0, lost=0, size=(8, 8), n_out=8).sample(canvas)

    assert torch.allclose(view[0], canvas, atol=1e-12)


def test_a_quarter_turn_is_clockwise() -> None:
    quarter = torch.tensor([0.0, 0, 0, 0, 1, 90]).double().view(1, 1, 6)
    canvas = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0)).double()

    view = turned_views(quarter, pad=0, lost=0, size=(8, 8), n_out=8).sample(canvas)

    assert torch.allclose(view[0], canvas.rot90(-1, (2, 3)), atol=1e-6)


def test_a_view_is_moved_by_whole_pixels_and_sees_the_padding() -> None:
    """A quarter of 8 pixels down: the last two rows of the view lie beyond."""
    down = torch.tensor([0.25, 0, 0, 0, 1, 0]).double().view(1, 1, 6)
    canvas = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0)).double()

    view = turned_views(down, pad=0, lost=0, size=(8, 8), n_out=8).sample(canvas)

    assert torch.allclose(view[0, 0, :, :6], canvas[0, :, 2:], atol=1e-12)
    assert view[0, 0, :, 6:].abs().max() == 0


def test_an_enlargement_by_two_shows_the_middle_half() -> None:
    twice = torch.tensor([0.0, 0, 0, 0, 2, 0]).double().view(1, 1, 6)
    canvas = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0)).double()

    view = turned_views(twice, pad=0, lost=0, size=(8, 8), n_out=4).sample(canvas)

    assert torch.allclose(view[0, 0], canvas[0, :, 2:6, 2:6], atol=1e-12)
