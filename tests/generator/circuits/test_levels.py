"""Pictures brought to one activation."""

import pytest
import torch
from torch import Tensor

from generator.circuits.levels import match_level, straddling, straight_way
from tests.generator.toy_network import picture


def flat(*values: float) -> Tensor:
    return torch.tensor(values).view(-1, 1, 1, 1).expand(-1, 3, 4, 4).contiguous()


def brightness(images: Tensor) -> Tensor:
    return images.mean((1, 2, 3))


def test_every_picture_reaches_the_level_wherever_it_started() -> None:
    way = straight_way(flat(0.1, 0.3), flat(0.9, 0.8))

    found = match_level(way, brightness, level=0.5, n=2)

    assert found.activations.tolist() == pytest.approx([0.5, 0.5], abs=1e-3)
    assert brightness(found.images).tolist() == found.activations.tolist()
    # Halfway in logits from 0.1 to 0.9 is 0.5.
    assert float(found.shares[0]) == pytest.approx(0.5, abs=1e-3)


def test_a_picture_that_falls_short_stays_at_its_end() -> None:
    way = straight_way(flat(0.1, 0.1), flat(0.4, 0.9))

    found = match_level(way, brightness, level=0.5, n=2)

    assert found.activations.tolist() == pytest.approx([0.4, 0.5], abs=1e-3)
    assert float(found.shares[0]) == 1


def test_a_start_above_the_level_is_told_by_its_activation() -> None:
    way = straight_way(flat(0.7), flat(0.9))

    found = match_level(way, brightness, level=0.5, n=1)

    assert float(found.activations[0]) == pytest.approx(0.7, abs=0.01)


def test_the_ends_of_a_straight_way_are_the_pictures_given() -> None:
    starts = torch.stack([picture(rng_seed=seed) for seed in range(2)])
    ends = torch.stack([picture(rng_seed=seed) for seed in range(2, 4)])
    way = straight_way(starts, ends)

    torch.testing.assert_close(way(torch.zeros(2)), starts)
    torch.testing.assert_close(way(torch.ones(2)), ends)


@pytest.mark.parametrize(
    ("activations", "index"),
    [
        ([0, 1, 3, 5], 1),  # passed between the second and the third
        ([0, 3, 1, 3], 0),  # passed twice: the first time counts
        ([0, 0.5, 1], 1),  # never reached: the last stretch
        ([4, 5, 6], 0),  # above from the start
    ],
)
def test_the_level_is_met_between_the_iterates_that_straddle_it(
    activations: list[float], index: int
) -> None:
    assert straddling(activations, 2.0) == index
