"""Blocks of a band hold the weights of the whole matrix."""

import pytest
import torch

from generator.search.bands import Bands
from generator.search.line_weights import Edge, dense_weights, half_pixel
from tests.generator.search.stretched import (
    N_OUT,
    N_SOURCE,
    SINGLE,
    bands_of,
    stretches_of,
)


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
