"""Blocks of a band of weights do what the whole matrix does."""

import pytest
import torch
from torch import Tensor

from generator.search.bands import Bands, resize_crops
from generator.search.line_weights import Edge, dense_weights, half_pixel

N_SOURCE = 200
N_OUT = 90  # not a multiple of any block
SINGLE = torch.zeros(1)


def stretches_of(n_jobs: int = 2, edge: Edge = "inside") -> tuple[Tensor, Tensor]:
    """Sides of 20 to 99 % of the line, anywhere on it (beyond it for open ends)."""
    chance = torch.Generator().manual_seed(3)
    side = 0.2 + 0.79 * torch.rand(n_jobs, 3, generator=chance, dtype=torch.double)
    free = 1 - side
    start = torch.rand(n_jobs, 3, generator=chance, dtype=torch.double) * free
    if edge != "inside":
        start = start - 0.1
    return start * N_SOURCE, side * N_SOURCE


def bands_of(edge: Edge = "inside", *, like: Tensor = SINGLE) -> Bands:
    start, length = stretches_of(edge=edge)
    return Bands.of(half_pixel(start, length, N_SOURCE, N_OUT, edge), like=like)


@pytest.mark.parametrize("edge", ["inside", "open", "wrap"])
def test_the_blocks_hold_every_weight_of_the_matrix(edge: Edge) -> None:
    start, length = stretches_of(edge=edge)
    whole = dense_weights(half_pixel(start, length, N_SOURCE, N_OUT, edge))

    found = bands_of(edge, like=whole).dense()

    assert torch.allclose(found, whole, atol=1e-12)


def test_weights_do_not_depend_on_what_else_is_drawn() -> None:
    start, length = stretches_of(n_jobs=4)
    together = Bands.of(half_pixel(start, length, N_SOURCE, N_OUT), like=SINGLE)

    for job in range(4):
        one = slice(job, job + 1)
        alone = Bands.of(
            half_pixel(start[one], length[one], N_SOURCE, N_OUT), like=SINGLE
        )
        assert torch.equal(alone.first, together.first[one])
        assert torch.equal(alone.weights, together.weights[one])


def test_the_blocks_are_narrow() -> None:
    bands = bands_of()

    assert bands.weights.shape[2] > 1
    assert bands.weights.shape[-1] <= N_SOURCE / 2


def test_small_crops_read_only_the_pixels_that_they_see() -> None:
    start, length = torch.tensor([[40.3, 10.0]]), torch.tensor([[30.0, 150.0]])

    bands = Bands.of(half_pixel(start, length, N_SOURCE, N_OUT), like=SINGLE)
    small, large = bands.blocks(0, 0), bands.blocks(0, 1)

    assert small.span.start >= 38
    assert small.span.stop <= 73
    assert small.parts[0].weights.shape[1] < large.parts[0].weights.shape[1] / 2


def test_what_is_given_back_is_the_sum_over_the_values() -> None:
    bands = bands_of("open")

    assert torch.allclose(bands.give_back(), bands.dense().sum(2), atol=1e-5)


def test_crops_by_blocks_equal_the_products_of_the_whole_matrices() -> None:
    canvases = torch.rand(2, 3, N_SOURCE, N_SOURCE)
    rows, columns = bands_of(), bands_of("open")

    found = resize_crops(canvases, rows, columns)

    whole = (
        rows.dense()[:, :, None] @ canvases[:, None] @ columns.dense()[:, :, None].mT
    )
    assert torch.allclose(found, whole, atol=1e-6)


def test_the_gradient_by_blocks_is_the_transpose_of_the_crops() -> None:
    """⟨y, crop(x)⟩ = ⟨cropᵀ(y), x⟩ for every x and y."""
    chance = torch.Generator().manual_seed(1)
    double = torch.zeros(1, dtype=torch.double)
    rows, columns = bands_of(like=double), bands_of("open", like=double)
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
