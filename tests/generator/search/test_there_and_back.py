"""Several pictures' way to the network in one go, and gradients' way back."""

from typing import Any

import pytest
import torch

from generator.config import AccentuationConfig
from tests.generator.search.drawing import SMOOTH, drawn, random_canvas

EVERY_WAY: list[dict[str, Any]] = [
    {"crop_law": "uniform"},
    {"crop_law": "toroidal"},
    {"crop_law": "padded"},
    {"crop_law": "padded", "crop_outside": "gray"},
    {"crop_law": "jitter"},
    {"crop_law": "truncated", "resize_law": "aligned", "value_range": (-2.0, 2.0)},
]


@pytest.mark.parametrize("changes", EVERY_WAY)
def test_pictures_that_go_together_see_the_same_crops_as_alone(
    changes: dict[str, Any],
) -> None:
    draws = drawn(AccentuationConfig(draws_per_step=3, **changes), n_jobs=2)
    one, other = random_canvas(4).chunk(2)

    together = draws.all_to_network([one, other], SMOOTH)

    assert torch.allclose(together[0], draws.to_network(one, SMOOTH), atol=1e-5)
    assert torch.allclose(together[1], draws.to_network(other, SMOOTH), atol=1e-5)


@pytest.mark.parametrize("changes", EVERY_WAY)
def test_gradients_come_back_as_autograd_brings_them(changes: dict[str, Any]) -> None:
    draws = drawn(AccentuationConfig(draws_per_step=3, **changes), n_jobs=2)
    canvases = random_canvas(2).requires_grad_()
    seen = draws.to_network(canvases, SMOOTH)
    chance = torch.Generator().manual_seed(2)
    uphill = [torch.rand(seen.shape, generator=chance) for _ in range(2)]

    found = draws.back_from_network(uphill, SMOOTH)

    for pull, back in zip(uphill, found, strict=True):
        (wanted,) = torch.autograd.grad(seen, canvases, pull, retain_graph=True)
        assert torch.allclose(back, wanted, rtol=1e-4, atol=1e-4)


def test_the_network_gets_its_own_range_to_the_last_bits() -> None:
    draws = drawn(AccentuationConfig(draws_per_step=3))
    canvas = random_canvas()

    found = draws.to_network(canvas, SMOOTH)

    wanted = SMOOTH.normalize(draws.apply(canvas))
    assert torch.allclose(found, wanted, rtol=1e-5, atol=1e-5)
