"""Distances between two activations, by hand and by law."""

import pytest
import torch
from torch import Tensor

from generator.config import DistanceName
from generator.penalties.distances import DISTANCES, unit_length, without_direction
from generator.penalties.latent import LatentPenalty

NAMES: tuple[DistanceName, ...] = ("l2", "l1", "cosine", "feature_orthogonal")


def random(*shape: int, rng_seed: int = 0) -> Tensor:
    rng = torch.Generator().manual_seed(rng_seed)
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


def at(*channels: float) -> Tensor:
    """One crop with one position."""
    return torch.tensor(channels, dtype=torch.float64)[None, :, None]


def penalty(
    name: DistanceName, smoothing: float = 0.0, n_jobs: int = 1
) -> LatentPenalty:
    return LatentPenalty(
        layer="a",
        weight=1.0,
        distance=name,
        smoothing=torch.full((n_jobs,), smoothing, dtype=torch.float64),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [("l2", 5.0), ("l1", 7.0), ("cosine", 1 - 4 / 5), ("feature_orthogonal", 5.0)],
)
def test_distances_of_two_vectors_are_those_worked_out_by_hand(
    name: DistanceName, expected: float
) -> None:
    """A difference of (3, 4); for the angle (4, 3) against (4, 0), cosine 4 / 5."""
    seen, near = (at(4, 3), at(4, 0)) if name == "cosine" else (at(3, 4), at(0, 0))

    apart = DISTANCES[name](seen, near, torch.zeros(1).double())

    assert apart.item() == pytest.approx(expected)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_distance_and_gradient_vanish_at_zero_difference(
    name: DistanceName, smoothing: float
) -> None:
    near = random(2, 5, 9)
    near[:, :, 0] = 0  # a position where every ReLU is shut
    leaf = near.clone().requires_grad_()

    apart = DISTANCES[name](leaf, near, torch.full((2,), smoothing).double())
    (slope,) = torch.autograd.grad(apart.sum(), leaf)

    assert apart.abs().max() < 1e-12
    assert slope.abs().max() < 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_a_gradient_is_continuous_through_zero_difference(name: DistanceName) -> None:
    """With smoothing, a difference a thousandth of it hardly pulls."""
    near = random(1, 5, 9)
    leaf = (near + 1e-5 * random(1, 5, 9, rng_seed=1)).requires_grad_()

    apart = DISTANCES[name](leaf, near, torch.full((1,), 0.1).double())
    (slope,) = torch.autograd.grad(apart.sum(), leaf)

    assert slope.abs().max() < 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_small_smoothing_changes_a_distance_little(name: DistanceName) -> None:
    seen, near = random(2, 5, 9), random(2, 5, 9, rng_seed=1)

    plain = DISTANCES[name](seen, near, torch.zeros(2).double())
    rounded = DISTANCES[name](seen, near, torch.full((2,), 1e-4).double())

    assert torch.allclose(plain, rounded, atol=1e-3)


def test_a_cosine_ignores_length_and_positions_without_activation() -> None:
    near = random(1, 5, 4)
    smoothing = torch.zeros(1).double()
    dark = torch.zeros_like(near)

    assert DISTANCES["cosine"](3 * near, near, smoothing).abs().max() < 1e-12
    assert torch.equal(DISTANCES["cosine"](near, dark, smoothing), dark[:, 0])


def test_change_along_the_feature_costs_nothing() -> None:
    """Direction (0.6, 0.8): (3, 4) lies along it, (4, −3) across."""
    direction = torch.tensor([[0.6, 0.8]], dtype=torch.float64)
    one = penalty("feature_orthogonal")
    free = LatentPenalty(
        layer="a",
        weight=1.0,
        distance="feature_orthogonal",
        smoothing=one.smoothing,
        direction=direction,
    )
    job = torch.tensor([0])
    near = at(1, 1)

    assert free.values(near + at(3, 4), near, job).item() == pytest.approx(0)
    assert free.values(near + at(4, -3), near, job).item() == pytest.approx(5)
    assert one.values(near + at(3, 4), near, job).item() == pytest.approx(5)


def test_nothing_is_taken_out_along_a_direction_of_zero() -> None:
    seen, near = random(2, 3, 4), random(2, 3, 4, rng_seed=1)

    assert torch.equal(without_direction(seen, near, torch.zeros(2, 3).double()), seen)
    assert torch.equal(unit_length(torch.zeros(2, 3)), torch.zeros(2, 3))
    assert torch.allclose(unit_length(random(2, 3)).norm(dim=1), torch.ones(2).double())


@pytest.mark.parametrize("name", NAMES)
def test_one_crop_alone_is_as_far_as_in_a_batch(name: DistanceName) -> None:
    """References drop the image axis when there is one image."""
    seen, near = random(4, 5, 3, 2), random(4, 5, 3, 2, rng_seed=1)
    job = torch.tensor([0, 0, 1, 1])
    term = penalty(name, 0.01, n_jobs=2)

    together = term.values(seen, near, job)
    alone = torch.cat(
        [
            term.values(seen[i : i + 1], near[i : i + 1], job[i : i + 1])
            for i in range(4)
        ]
    )

    assert together.shape == (4,)
    assert torch.equal(together, alone)


@pytest.mark.parametrize("name", NAMES)
def test_maps_tokens_and_vectors_are_compared_over_channels(name: DistanceName) -> None:
    seen, near = random(2, 5, 3, 4), random(2, 5, 3, 4, rng_seed=1)
    job = torch.tensor([0, 0])
    term = penalty(name, 0.01)

    as_map = term.values(seen, near, job)
    as_tokens = term.values(seen.flatten(2), near.flatten(2), job)
    as_vector = term.values(seen[:, :, 0, 0], near[:, :, 0, 0], job)

    assert torch.equal(as_map, as_tokens)
    assert as_vector.shape == (2,)


@pytest.mark.parametrize("name", NAMES)
def test_each_job_is_rounded_off_by_its_own_smoothing(name: DistanceName) -> None:
    seen, near = random(1, 5, 6).expand(2, -1, -1), torch.zeros(2, 5, 6).double() + 1
    term = LatentPenalty(
        layer="a",
        weight=1.0,
        distance=name,
        smoothing=torch.tensor([0.0, 0.5]).double(),
    )

    plain, rounded = term.values(seen, near, torch.tensor([0, 1]))

    assert rounded < plain
