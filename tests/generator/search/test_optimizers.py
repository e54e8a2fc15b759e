"""Optimizers against PyTorch's own, and their independence between jobs."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from generator.config import AccentuationConfig, OptimizerName
from generator.errors import ConfigError
from generator.parameterization.fourier import Fourier
from generator.search.optimizers import Optimizer, make_optimizer, project
from tests.generator.toy_network import picture

NAMES: list[OptimizerName] = ["adam", "shared_adam", "nadam", "sgd"]
PEERS: dict[str, Callable[[list[Tensor]], torch.optim.Optimizer]] = {
    "adam": lambda p: torch.optim.Adam(p, lr=0.03, betas=(0.8, 0.99)),
    "nadam": lambda p: torch.optim.NAdam(p, lr=0.03, betas=(0.8, 0.99)),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.03),
}


def settings(name: OptimizerName) -> AccentuationConfig:
    return AccentuationConfig(
        optimizer=name, cool_down=0.0, mean_decay=0.8, square_decay=0.99
    )


def slopes(n_jobs: int, n_steps: int = 12) -> Tensor:
    rng = torch.Generator().manual_seed(2)
    return torch.randn(n_steps, n_jobs, 5, 2, generator=rng).double()


def walked(descent: Optimizer, start: Tensor, steps: Tensor) -> Tensor:
    place = start
    for step, slope in enumerate(steps):
        place = descent.step(place, slope, step)
    return place


@pytest.mark.parametrize("name", ["adam", "nadam", "sgd"])
def test_steps_are_those_of_torch(name: OptimizerName) -> None:
    steps = slopes(3)
    start = torch.zeros(3, 5, 2).double()
    theirs = start.clone().requires_grad_()
    peer = PEERS[name]([theirs])
    for slope in steps:
        theirs.grad = slope.clone()
        peer.step()

    ours = walked(make_optimizer(settings(name), start), start, steps)

    assert torch.allclose(ours, theirs.detach(), atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_a_job_moves_the_same_alone_and_beside_others(name: OptimizerName) -> None:
    steps = slopes(3)
    start = torch.zeros(3, 5, 2).double()

    together = walked(make_optimizer(settings(name), start), start, steps)
    alone = walked(
        make_optimizer(settings(name), start[1:2]), start[1:2], steps[:, 1:2]
    )

    assert torch.equal(together[1:2], alone)


def test_shared_adam_keeps_the_proportions_of_the_gradient() -> None:
    slope = torch.tensor([[3.0, -1.0, 0.5]])

    moved = make_optimizer(settings("shared_adam"), slope).step(
        torch.zeros_like(slope), slope, 0
    )

    assert torch.allclose(moved / moved[0, 1], slope / slope[0, 1])


def test_shared_adam_walks_as_far_for_the_faintest_feature() -> None:
    """Untrained networks have gradients far below the usual floor of 1e-8."""
    start = torch.zeros(2, 5, 2).double()
    strong, faint = (
        walked(make_optimizer(settings("shared_adam"), start), start, scale * slopes(2))
        for scale in (1.0, 1e-12)
    )

    assert torch.allclose(strong, faint, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_steps_shrink_to_zero_over_the_cool_down(name: OptimizerName) -> None:
    """10 steps, half of them cooling: the last one has 1/5 of the learning rate."""
    config = AccentuationConfig(optimizer=name, steps=10, cool_down=0.5)
    slope = torch.ones(1, 4)
    descent = make_optimizer(config, slope)
    still = make_optimizer(config.with_changes(cool_down=0.0), slope)

    lengths = [
        (
            descent.step(torch.zeros(1, 4), slope, step)
            / still.step(torch.zeros(1, 4), slope, step)
        ).mean()
        for step in range(10)
    ]

    assert torch.allclose(
        torch.stack(lengths), torch.tensor([1.0] * 6 + [0.8, 0.6, 0.4, 0.2])
    )


def test_pictures_that_went_too_far_are_put_back_onto_the_ball() -> None:
    seeds = torch.stack([picture(rng_seed=seed) for seed in (0, 1)])
    parameterization = Fourier(height=20, width=20)
    away = seeds.clone()
    away[0, :, 3:9, 3:9] += 0.05  # 0.05 · √(3 · 36) = 0.52
    away[1, :, 3, 3] += 0.05  # 0.05 · √3 = 0.087

    parameters = parameterization.from_image(away)
    back = project(parameters, parameterization, seeds, radius=0.3)

    images = parameterization.to_image(back)
    expected = seeds[0] + (away[0] - seeds[0]) * 0.3 / (away[0] - seeds[0]).norm()
    assert torch.allclose(images[0], expected, atol=1e-5)
    assert torch.equal(back[1], parameters[1])


def test_a_ball_without_plain_gradient_descent_is_refused() -> None:
    with pytest.raises(ConfigError, match="sgd"):
        AccentuationConfig(pgd_radius=1.0, optimizer="adam")
    with pytest.raises(ConfigError, match="reaches every picture"):
        AccentuationConfig(
            pgd_radius=1.0, optimizer="sgd", parameterization="fourier_phase"
        )
