"""Searches that cannot go on, and what becomes of the jobs beside them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.activation_levels import reach_levels
from generator.config import AccentuationConfig
from generator.errors import NoGradientError, NotFiniteError
from generator.features import Feature, FeatureId
from generator.goals.levels import Level
from tests.generator.toy_jobs import FEW, LINE, DeadLogit, job
from tests.generator.toy_network import picture, toy_module, toy_network


def test_an_out_of_memory_error_is_raised_and_not_ignored() -> None:
    class Hungry(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            if len(x) > 1:
                raise torch.OutOfMemoryError("out of memory")
            return x.mean((2, 3))

    with pytest.raises(torch.OutOfMemoryError):
        accentuate(
            toy_network(nn.Sequential(nn.Conv2d(3, 4, 3), Hungry())), [job()], FEW
        )


def test_a_feature_without_gradient_is_refused_by_name() -> None:
    with pytest.raises(NoGradientError, match=r"logit:line.*picture 0"):
        accentuate(toy_network(DeadLogit()), [job()], FEW)


def test_jobs_beside_one_without_gradient_are_finished() -> None:
    network = toy_network(DeadLogit())
    wave = FeatureId("logit", "wave")
    jobs = [job(0, wave), job(1, LINE), job(2, wave)]
    refused: list[AccentuationJob] = []

    made = accentuate(network, jobs, FEW, on_refused=lambda one, _: refused.append(one))

    alone = accentuate(network, [jobs[2]], FEW)[0]
    assert refused == [jobs[1]]
    assert [one.job for one in made] == [jobs[0], jobs[2]]
    assert (made[1].image - alone.image).abs().max() <= 1 / 255 + 1e-6


def test_a_search_that_leaves_the_numbers_is_an_error() -> None:
    class Poisoned(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * float("nan")

    module = toy_module()
    network = toy_network(nn.Sequential(module, Poisoned()))

    with pytest.raises(NotFiniteError, match="not numbers"):
        accentuate(network, [job()], FEW)


class Bright(nn.Module):
    """Every logit grows with brightness, and is no number beyond a limit."""

    def __init__(self, limit: float) -> None:
        super().__init__()
        self.body = toy_module()
        self.limit = limit

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.body(x)
        brightness = x.mean((1, 2, 3))[:, None]
        is_bright = brightness.detach() > self.limit
        return (logits + 10 * brightness) * torch.where(is_bright, float("nan"), 1.0)


@pytest.mark.parametrize("changes", [{}, {"distance_budget": "ssim=0.05"}])
def test_jobs_beside_one_that_is_no_number_are_finished_unchanged(
    changes: dict[str, str],
) -> None:
    network = toy_network(Bright(limit=1.0))
    config = FEW.with_changes(deterministic=True, **changes)
    white = replace(job(1), seed_image=torch.full((3, 20, 20), 0.99), name="white")
    jobs = [job(0), white, job(2)]
    refused: dict[str, str] = {}

    made = accentuate(
        network,
        jobs,
        config,
        on_refused=lambda one, error: refused.update({one.name: str(error)}),
    )

    assert list(refused) == ["white"]
    assert "not numbers" in refused["white"]
    assert [one.job for one in made] == [jobs[0], jobs[2]]
    for one in made:
        (alone,) = accentuate(network, [one.job], config)
        assert torch.equal(one.image, alone.image)


@pytest.mark.parametrize("changes", [{}, {"distance_budget": "ssim=0.05"}])
def test_jobs_beside_a_search_that_leaves_the_numbers_are_finished_unchanged(
    changes: dict[str, str],
) -> None:
    network = toy_network(Bright(limit=0.9))
    config = FEW.with_changes(
        deterministic=True, steps=12, learning_rate=0.1, **changes
    )
    gray = torch.full((3, 20, 20), 0.7)  # 0.8 as the network sees it; it ends brighter
    brighter = replace(job(1), seed_image=gray, name="brighter")
    jobs = [replace(job(i), suppress=True) for i in (0, 2)]
    refused: dict[str, str] = {}

    made = accentuate(
        network,
        [jobs[0], brighter, jobs[1]],
        config,
        on_refused=lambda one, error: refused.update({one.name: str(error)}),
    )

    assert list(refused) == ["brighter"]
    assert "learning_rate" in refused["brighter"]
    assert [one.job for one in made] == jobs
    for one in made:
        (alone,) = accentuate(network, [one.job], config)
        assert torch.equal(one.image, alone.image)
    with pytest.raises(NotFiniteError, match="brighter"):
        accentuate(network, [jobs[0], brighter], config)


def test_levels_passed_before_a_search_leaves_the_numbers_are_kept() -> None:
    network = toy_network(Bright(limit=0.9))
    config = FEW.with_changes(steps=12, learning_rate=0.3, deterministic=True)
    jobs = [
        replace(job(i), seed_image=torch.full((3, 20, 20), gray), name=f"gray {gray}")
        for i, gray in enumerate((0.3, 0.7))  # -0.8 and 0.8 as the network sees them
    ]
    spread = np.linspace(-30, 30, 61, dtype=np.float32)
    natural: dict[Feature, NDArray[np.float32]] = {LINE: spread}
    levels = [Level(kind="value", amount=amount) for amount in (-6.0, 30.0)]
    refused: list[str] = []

    made = reach_levels(
        network,
        jobs,
        config,
        levels,
        natural,
        on_refused=lambda one, _: refused.append(one.name),
    )

    (alone,) = reach_levels(network, jobs[:1], config, levels[:1], natural)
    assert refused == ["gray 0.3", "gray 0.7"]  # once each: 30 is beyond the limit
    assert [[one.target and one.target.asked for one in own] for own in made] == [
        levels[:1],
        levels[:1],
    ]
    assert torch.equal(made[0][0].image, alone[0].image)


class WithoutGradient(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.toy = toy_module()

    @torch.no_grad()
    def forward(self, images: Tensor) -> Tensor:
        answer: Tensor = self.toy(images)
        return answer


def test_a_network_that_gives_no_gradients_is_refused() -> None:
    job = AccentuationJob(
        seed_image=picture(), feature=FeatureId("logit", "1"), rng_seed=0
    )

    with pytest.raises(NoGradientError):
        accentuate(toy_network(WithoutGradient()), [job], AccentuationConfig(steps=1))


class Small(nn.Module):
    """A device that holds one picture."""

    def __init__(self) -> None:
        super().__init__()
        self.toy = toy_module()

    def forward(self, images: Tensor) -> Tensor:
        if len(images) > 1 and float(images.abs().sum()) > 0:  # blanks may be probed
            raise torch.OutOfMemoryError("CUDA out of memory.")
        answer: Tensor = self.toy(images)
        return answer


def test_where_one_picture_fits_at_a_time_several_jobs_are_finished() -> None:
    config = AccentuationConfig(
        steps=2, draws_per_step=2, balance_draws=4, pictures_per_pass=8
    )
    jobs = [
        AccentuationJob(
            seed_image=picture(rng_seed=i), feature=FeatureId("logit", "1"), rng_seed=0
        )
        for i in range(3)
    ]

    small = accentuate(toy_network(Small()), jobs, config)

    for found, plain in zip(
        small, accentuate(toy_network(), jobs, config), strict=True
    ):
        assert (found.image - plain.image).abs().max() <= 1 / 255 + 1e-6
        assert found.metrics.top_after == plain.metrics.top_after
