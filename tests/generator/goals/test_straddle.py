"""Bisecting between two iterates."""

import pytest
import torch
from torch import Tensor

from generator.goals.straddle import MOST_PASSES, bisect


def square(parameters: Tensor) -> Tensor:
    return parameters[:, 0].square()


def test_a_value_between_two_points_is_found() -> None:
    """x² = 2 between 1 and 2, and x² = 5 between 3 and 2."""
    below = torch.tensor([[1.0], [2.0]]).double()
    above = torch.tensor([[2.0], [3.0]]).double()
    wanted = torch.tensor([2.0, 5.0]).double()

    found = bisect(square, below, above, wanted, tolerance=torch.zeros(2).double())

    assert found.parameters[:, 0].tolist() == pytest.approx(
        [2**0.5, 5**0.5], abs=2 / 2**MOST_PASSES
    )
    assert torch.equal(found.value, square(found.parameters))


def test_it_stops_when_every_job_is_near_enough() -> None:
    passes: list[int] = []

    def counted(parameters: Tensor) -> Tensor:
        passes.append(1)
        return parameters[:, 0]

    found = bisect(
        counted,
        torch.zeros(1, 1),
        torch.ones(1, 1),
        torch.tensor([0.26]),
        tolerance=torch.tensor([0.02]),
    )

    assert found.value.item() == 0.25
    assert len(passes) == 2


def test_it_makes_at_most_twelve_passes() -> None:
    passes: list[int] = []

    def stepped(parameters: Tensor) -> Tensor:
        passes.append(1)
        return (parameters[:, 0] > 0.3).float()

    bisect(
        stepped,
        torch.zeros(1, 1),
        torch.ones(1, 1),
        torch.tensor([0.5]),
        tolerance=torch.zeros(1),
    )

    assert len(passes) == MOST_PASSES == 12


def test_what_a_job_finds_does_not_depend_on_its_neighbours() -> None:
    """A job that is near enough is left as it is while another goes on."""
    below, above = torch.zeros(2, 1), torch.ones(2, 1)
    wanted = torch.tensor([0.26, 0.123456])
    tolerance = torch.tensor([0.02, 1e-3])

    together = bisect(lambda z: z[:, 0], below, above, wanted, tolerance=tolerance)
    alone = [
        bisect(
            lambda z: z[:, 0],
            below[i : i + 1],
            above[i : i + 1],
            wanted[i : i + 1],
            tolerance=tolerance[i : i + 1],
        )
        for i in range(2)
    ]

    assert torch.equal(together.parameters, torch.cat([a.parameters for a in alone]))
