"""Crops as matrix products: by blocks as by whole matrices, there and back."""

import pytest
import torch
from torch import Tensor

from generator.search.bands import Bands
from generator.search.crop_products import resize_crops, spread_crops
from generator.search.line_weights import Edge, half_pixel
from tests.generator.search.stretched import (
    N_OUT,
    N_SOURCE,
    SINGLE,
    bands_of,
    stretches_of,
)


def test_crops_by_blocks_equal_the_products_of_the_whole_matrices() -> None:
    canvases = torch.rand(2, 3, N_SOURCE, N_SOURCE)
    rows, columns = bands_of(), bands_of("open")

    found = resize_crops(canvases, rows, columns)

    whole = (
        rows.dense()[:, :, None] @ canvases[:, None] @ columns.dense()[:, :, None].mT
    )
    assert torch.allclose(found, whole, atol=1e-6)


@pytest.mark.parametrize("edge", ["open", "wrap"])
def test_the_gradient_is_the_transpose_of_the_crops(edge: Edge) -> None:
    """⟨y, crop(x)⟩ = ⟨cropᵀ(y), x⟩ for every x and y: by blocks, and where there is
    one block only, as for lines that wrap."""
    chance = torch.Generator().manual_seed(1)
    double = torch.zeros(1, dtype=torch.double)
    rows, columns = bands_of(edge, like=double), bands_of(like=double)
    shape = (2, 3, N_SOURCE, N_SOURCE)
    canvases = torch.rand(shape, generator=chance).double().requires_grad_()
    weights = torch.rand(2, 3, 3, N_OUT, N_OUT, generator=chance).double()

    crops = resize_crops(canvases, rows, columns)
    (back,) = torch.autograd.grad((crops * weights).sum(), canvases)

    left, right = (crops * weights).sum(), (back * canvases).sum()
    assert torch.allclose(left, right, rtol=1e-12)


def test_some_crops_of_some_canvases_are_those() -> None:
    canvases = torch.rand(2, 3, N_SOURCE, N_SOURCE)
    rows, columns = bands_of(), bands_of()
    some = (slice(1, 2), slice(0, 2))

    found = resize_crops(canvases[1:], rows.cut(*some), columns.cut(*some))

    assert torch.equal(found, resize_crops(canvases, rows, columns)[1:, :2])


@pytest.mark.parametrize("n_before", [1, 2])
def test_crops_and_gradients_have_the_same_bits_in_any_company(n_before: int) -> None:
    """Also where a job's weights begin at an odd place in memory behind the others'."""
    chance = torch.Generator().manual_seed(2)
    start, length = stretches_of(n_jobs=3)
    bands = Bands.of(half_pixel(start, length, N_SOURCE, N_OUT), like=SINGLE)
    canvases = torch.rand(3, 3, N_SOURCE, N_SOURCE, generator=chance)
    pull = torch.rand(3, 3, 3, N_OUT, N_OUT, generator=chance)

    def of(jobs: slice) -> tuple[Tensor, Tensor]:
        own = bands.cut(jobs, slice(None))
        leaf = canvases[jobs].clone().requires_grad_()
        crops = resize_crops(leaf, own, own)
        (gradient,) = torch.autograd.grad(crops, leaf, grad_outputs=pull[jobs])
        return crops[-1], gradient[-1]

    alone = of(slice(n_before, n_before + 1))
    together = of(slice(0, n_before + 1))

    assert all(torch.equal(a, b) for a, b in zip(alone, together, strict=True))


def test_pictures_cut_together_are_those_cut_alone() -> None:
    chance = torch.Generator().manual_seed(4)
    pictures = torch.rand(2, 6, N_SOURCE, N_SOURCE, generator=chance)
    bands = bands_of()

    together = resize_crops(pictures, bands, bands)
    back = spread_crops(together, bands, bands)

    for own in (slice(0, 3), slice(3, 6)):
        alone = resize_crops(pictures[:, own], bands, bands)
        assert torch.allclose(together[:, :, own], alone, atol=1e-6)
        returned = spread_crops(alone, bands, bands)
        assert torch.allclose(back[:, own], returned, rtol=1e-5)
