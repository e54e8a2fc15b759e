"""The response to a direction: hand-worked values, laws, gradients."""

from typing import get_args

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from generator.directions.response import ResponseKind, direction_response
from generator.errors import ConfigError, DirectionError

KINDS: tuple[ResponseKind, ...] = get_args(ResponseKind)


def random(*shape: int, rng_seed: int = 0) -> Tensor:
    rng = torch.Generator().manual_seed(rng_seed)
    return torch.randn(*shape, generator=rng, dtype=torch.float64)


# Two positions, (3, 4) and (0, -2), against the vector (0, 1):
# dot 4 and -2; cosine 4/5 and -1; dot × max(cosine, 0.1)² = 4 · 0.64 and -2 · 0.01.
@pytest.mark.parametrize(
    ("kind", "power", "expected"),
    [
        ("dot", 1.0, (4 - 2) / 2),
        ("cosine", 1.0, (0.8 - 1) / 2),
        ("dot_cosine", 0.0, (4 - 2) / 2),
        ("dot_cosine", 1.0, (4 * 0.8 - 2 * 0.1) / 2),
        ("dot_cosine", 2.0, (4 * 0.64 - 2 * 0.01) / 2),
    ],
)
def test_a_vector_responds_with_the_mean_over_positions(
    kind: ResponseKind, power: float, expected: float
) -> None:
    maps = torch.tensor([[[[3.0, 0.0]], [[4.0, -2.0]]]])  # (1, 2, 1, 2)

    response = direction_response(
        maps, torch.tensor([0.0, 1.0]), kind=kind, power=power
    )

    assert response.tolist() == pytest.approx([expected])


# The map (3, 4) against the target (0, 1), as one vector of two positions.
@pytest.mark.parametrize(
    ("kind", "expected"), [("dot", 4.0), ("cosine", 0.8), ("dot_cosine", 4 * 0.8**3)]
)
def test_a_spatial_target_takes_the_whole_map_as_one_vector(
    kind: ResponseKind, expected: float
) -> None:
    maps = torch.tensor([[[[3.0, 4.0]]]])  # (1, 1, 1, 2)
    target = torch.tensor([[[0.0, 1.0]]])

    response = direction_response(maps, target, kind=kind, power=3.0)

    assert response.tolist() == pytest.approx([expected])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(6,), (6, 3, 4)])
def test_one_image_alone_responds_as_it_does_in_a_batch(
    kind: ResponseKind, shape: tuple[int, ...]
) -> None:
    maps = random(5, 6, 3, 4)
    direction = random(*shape, rng_seed=1)

    together = direction_response(maps, direction, kind=kind, power=2.0)
    alone = [
        direction_response(maps[i : i + 1], direction, kind=kind, power=2.0)
        for i in range(5)
    ]

    assert together.shape == (5,)
    assert torch.equal(together, torch.cat(alone))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("positions", [(), (7,), (3, 4)])
def test_gradients_agree_with_finite_differences(
    kind: ResponseKind, positions: tuple[int, ...]
) -> None:
    activations = random(2, 6, *positions).requires_grad_()
    vector = random(6, rng_seed=1)

    assert gradcheck(
        lambda a: direction_response(a, vector, kind=kind, power=2.0), [activations]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_of_a_spatial_target_agree_with_finite_differences(
    kind: ResponseKind,
) -> None:
    target = random(3, 2, 4, rng_seed=1)
    activations = (0.5 * target + random(2, 3, 2, 4)).requires_grad_()

    assert gradcheck(
        lambda a: direction_response(a, target, kind=kind, power=1.0), [activations]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_silent_positions_give_no_infinite_gradient(kind: ResponseKind) -> None:
    maps = random(1, 6, 3, 4)
    maps[..., 0] = 0
    maps.requires_grad_()

    response = direction_response(maps, random(6, rng_seed=1), kind=kind)
    response.sum().backward()  # type: ignore[no-untyped-call]

    assert maps.grad is not None
    assert torch.isfinite(response).all()
    assert torch.isfinite(maps.grad).all()


def test_the_order_of_positions_does_not_matter_to_a_vector() -> None:
    maps = random(2, 6, 3, 4)
    vector = random(6, rng_seed=1)

    turned = maps.flip(-1).transpose(-1, -2)

    assert torch.allclose(
        direction_response(maps, vector), direction_response(turned, vector)
    )


def test_a_vector_passes_over_the_class_token() -> None:
    tokens, vector = random(2, 6, 5), random(6, rng_seed=1)

    response = direction_response(tokens, vector, n_prefix_tokens=1)

    assert torch.equal(response, direction_response(tokens[:, :, 1:], vector))


def test_stronger_activations_scale_the_dot_and_leave_the_cosine() -> None:
    maps, vector = random(2, 6, 3, 4), random(6, rng_seed=1)
    factors: dict[ResponseKind, float] = {"dot": 3, "cosine": 1, "dot_cosine": 3}

    for kind, factor in factors.items():
        weak = direction_response(maps, vector, kind=kind)
        strong = direction_response(3 * maps, vector, kind=kind)

        assert torch.allclose(strong, factor * weak)


def test_a_channel_of_its_own_responds_as_the_channel() -> None:
    maps = random(2, 6, 3, 4)

    response = direction_response(maps, torch.eye(6)[2])

    assert torch.allclose(response, maps[:, 2].mean((1, 2)))


@pytest.mark.parametrize("shape", [(5,), (3, 4), (6, 4, 3), (6, 3, 4, 1)])
def test_shapes_that_do_not_fit_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(DirectionError, match="does not fit activations"):
        direction_response(random(2, 6, 3, 4), torch.ones(shape))


@pytest.mark.parametrize("power", [-1.0, float("nan"), float("inf")])
def test_a_power_that_is_none_is_refused(power: float) -> None:
    with pytest.raises(ConfigError, match="power must be finite"):
        direction_response(random(1, 2), torch.ones(2), kind="dot_cosine", power=power)
