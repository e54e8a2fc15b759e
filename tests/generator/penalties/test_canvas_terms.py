"""Terms computed on the canvases themselves, by hand and by law."""

import math

import pytest
import torch
from torch import Tensor

from generator.penalties.magnitudes import SpectrumPenalty
from generator.penalties.pixels import PixelPenalty
from generator.penalties.total_variation import TotalVariationPenalty
from tests.generator.toy_network import picture


def pictures(n: int, height: int = 12, width: int = 13) -> Tensor:
    return torch.stack([picture(height, width, rng_seed=i) for i in range(n)]).double()


TERMS = [
    PixelPenalty(weight=1.0),
    TotalVariationPenalty(weight=1.0),
    SpectrumPenalty(weight=1.0),
]


def test_the_pixel_term_is_the_mean_square_in_units_of_its_range() -> None:
    """A difference of 0.1 in a range of 5: 0.5 squared."""
    seeds = torch.full((2, 3, 4, 5), 0.4)

    found = PixelPenalty(weight=1.0).values(seeds + 0.1, seeds)

    assert found.tolist() == pytest.approx([0.25, 0.25])


def test_total_variation_of_a_step_counts_its_length() -> None:
    """One step of 1 along 8 of the 8 × 8 pixels that have both neighbours."""
    canvas = torch.zeros(1, 3, 9, 9, dtype=torch.float64)
    canvas[..., 5:] = 1

    found = TotalVariationPenalty(weight=1.0).values(canvas, canvas)

    assert found.item() == pytest.approx(1 / 8, rel=2e-3)


def test_a_flat_picture_has_no_total_variation() -> None:
    canvas = torch.full((1, 3, 9, 9), 0.3)

    assert TotalVariationPenalty(weight=1.0).values(canvas, canvas).item() == 0


@pytest.mark.parametrize(("height", "width"), [(12, 12), (12, 13), (11, 8)])
def test_moving_a_picture_round_leaves_its_spectrum(height: int, width: int) -> None:
    seeds = pictures(2, height, width)

    moved = SpectrumPenalty(weight=1.0).values(seeds.roll((3, 2), (2, 3)), seeds)
    contrasted = SpectrumPenalty(weight=1.0).values(
        seeds.mean((2, 3), keepdim=True) * 0 + 2 * seeds, seeds
    )

    assert moved.abs().max() < 1e-9
    assert (contrasted > 0.1).all()


def test_twice_the_contrast_is_log_two_squared_away_in_the_spectrum() -> None:
    """White noise: every coefficient is well above the floor."""
    rng = torch.Generator().manual_seed(0)
    seeds = torch.rand(1, 3, 16, 16, generator=rng, dtype=torch.float64)

    found = SpectrumPenalty(weight=1.0).values(2 * seeds, seeds).item()

    assert found == pytest.approx(math.log(2) ** 2, rel=0.01)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_picture_alone_is_as_far_as_in_a_batch(term: PixelPenalty) -> None:
    seeds, canvases = pictures(3), pictures(3).flip(0)

    together = term.values(canvases, seeds)
    alone = torch.cat(
        [term.values(canvases[i : i + 1], seeds[i : i + 1]) for i in range(3)]
    )

    assert torch.allclose(together, alone, rtol=1e-12)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_gradients_are_finite_at_the_seed_image_and_on_flat_ones(
    term: PixelPenalty,
) -> None:
    for seeds in (pictures(1), torch.full((1, 3, 12, 13), 0.5).double()):
        leaf = seeds.clone().requires_grad_()

        (slope,) = torch.autograd.grad(term.values(leaf, seeds).sum(), leaf)

        assert torch.isfinite(slope).all()


@pytest.mark.parametrize("term", [PixelPenalty, TotalVariationPenalty])
def test_pixels_of_weight_zero_do_not_count(term: type[PixelPenalty]) -> None:
    seeds = pictures(1)
    changed = seeds.clone()
    changed[..., 8:] = 1 - changed[..., 8:]
    weights = torch.ones(1, 12, 13, dtype=torch.float64)
    weights[..., 7:] = 0  # a difference is written down at its left pixel

    weighted = term(weight=1.0, canvas_weights=weights)

    assert weighted.values(changed, seeds) == weighted.values(seeds, seeds)
    assert term(weight=1.0).values(changed, seeds) > term(weight=1.0).values(
        seeds, seeds
    )
