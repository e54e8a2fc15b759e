"""The multiplier that steers towards a distance."""

import math

import pytest
import torch

from generator.goals.controller import Controller


def test_the_first_updates_are_those_worked_out_by_hand() -> None:
    """D = 2; distances 2.2, then 6: averages 2.2 and 0.9 × 2.2 + 0.1 × 6 = 2.58."""
    steering = Controller.start(2.0, like=torch.zeros(1).double())

    steering.update(torch.tensor([2.2]).double())
    first = steering.multiplier.item()
    steering.update(torch.tensor([6.0]).double())

    assert first == pytest.approx(math.exp(0.1 * 0.1))
    assert steering.multiplier.item() == pytest.approx(math.exp(0.1 * (0.1 + 0.29)))


def test_no_distance_moves_the_multiplier_by_more_than_a_tenth() -> None:
    steering = Controller.start(1.0, like=torch.zeros(2))

    steering.update(torch.tensor([0.0, 1e6]))

    expected = torch.tensor([math.exp(-0.1), math.exp(0.1)])
    assert torch.allclose(steering.multiplier, expected)


def test_a_distance_that_answers_to_the_pull_settles_at_the_budget() -> None:
    """A picture whose distance falls as the pull grows: d = 4 / μ, D = 2."""
    steering = Controller.start(2.0, like=torch.zeros(1).double())

    for _ in range(300):
        steering.update(4 / steering.multiplier)

    assert steering.multiplier.item() == pytest.approx(2, rel=0.02)


def test_jobs_are_steered_apart() -> None:
    together = Controller.start(2.0, like=torch.zeros(2))
    alone = Controller.start(2.0, like=torch.zeros(1))

    for distance in (1.0, 3.0, 2.5):
        together.update(torch.tensor([distance, 0.1]))
        alone.update(torch.tensor([distance]))

    assert torch.equal(together.multiplier[:1], alone.multiplier)
