"""Searches that end at a given distance from the seed image (Q2)."""

from dataclasses import replace

import pytest
import torch

from generator.accentuation import Accentuation, accentuate
from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig, ParameterizationName
from generator.features import FeatureId
from generator.goals.budget import BudgetKind
from generator.goals.meters import meter_for
from generator.metrics import structural_similarity_to
from generator.networks import Network, load_network
from generator.search.preparation import batches, pose
from tests.generator.toy_network import picture, toy_network

LINE = FeatureId("logit", "line")
FEW = AccentuationConfig(steps=30, balance_draws=16, draws_per_step=2)


def job(
    rng_seed: int = 0, feature: FeatureId = LINE, side: int = 20
) -> AccentuationJob:
    return AccentuationJob(
        seed_image=(picture(side, side, rng_seed=rng_seed) * 255).round() / 255,
        feature=feature,
        rng_seed=rng_seed,
    )


def distance_of(
    network: Network, made: Accentuation, kind: BudgetKind, config: AccentuationConfig
) -> float:
    """Measured anew, of what is saved."""
    (batch,) = batches(network, [made.job], config)
    problem = pose(network, batch, config)
    meter = meter_for(kind, problem, layer=made.regularization_layer, at_the_end=True)
    return float(meter.measure(made.image[None]))


BUDGETS: list[tuple[BudgetKind, float]] = [
    ("latent", 0.1),
    ("latent", 0.3),
    ("latent_relative", 0.05),
    ("latent_relative", 0.2),
    ("pixel_rmse", 0.02),
    ("pixel_rmse", 0.08),
    ("ssim", 0.05),
    ("ssim", 0.2),
]


@pytest.mark.parametrize(("kind", "distance"), BUDGETS)
def test_a_budget_is_kept_within_five_percent_of_the_saved_picture(
    kind: BudgetKind, distance: float
) -> None:
    config = FEW.with_changes(distance_budget=f"{kind}={distance}")
    network = toy_network()

    made = accentuate(network, [job(seed) for seed in range(3)], config)

    for one in made:
        assert one.flag is None
        assert one.budget is not None
        assert distance_of(network, one, kind, config) == pytest.approx(
            distance, rel=0.05
        )
        assert one.budget.distance == pytest.approx(
            distance_of(network, one, kind, config), rel=1e-5
        )
        assert one.activation_after > one.activation_before


@pytest.mark.parametrize(
    "name", ["pixel", "fourier", "fourier_phase", "fourier_phase_gated"]
)
def test_a_budget_is_kept_in_every_parameterization(name: ParameterizationName) -> None:
    config = FEW.with_changes(
        parameterization=name, distance_budget="pixel_rmse=0.04", learning_rate=0.2
    )

    (made,) = accentuate(toy_network(), [job()], config)

    change = made.image - made.job.seed_image
    assert made.flag is None
    assert change.square().mean().sqrt().item() == pytest.approx(0.04, rel=0.05)


@pytest.mark.parametrize("budget", ["latent_relative=0.2", "ssim=0.1"])
def test_the_embedded_network_keeps_a_budget(budget: str) -> None:
    network = load_network("embedded")
    config = AccentuationConfig(
        steps=25, draws_per_step=2, balance_draws=8, distance_budget=budget
    )
    one = job(0, FeatureId("logit", "brick"), side=72)

    (made,) = accentuate(network, [one], config)

    assert made.flag is None
    assert made.budget is not None
    asked = made.budget.asked
    found = distance_of(network, made, asked.kind, config)
    assert found == pytest.approx(asked.distance, rel=0.05)
    if asked.kind == "ssim":
        similarity = structural_similarity_to(made.image, made.job.seed_image)
        assert 1 - similarity == pytest.approx(0.1, rel=0.05)


def test_a_budget_no_search_comes_near_is_flagged_and_says_why() -> None:
    config = FEW.with_changes(distance_budget="pixel_rmse=0.9")

    (short,) = accentuate(toy_network(), [job()], config)
    (idle,) = accentuate(toy_network(), [job()], config.with_changes(steps=120))

    assert short.flag == "budget_not_reached"
    assert idle.flag == "budget_not_binding"
    assert idle.budget is not None
    assert idle.budget.multiplier < 1e-3


def test_a_budget_is_kept_alike_alone_and_in_a_batch() -> None:
    config = FEW.with_changes(distance_budget="latent_relative=0.1")
    network = toy_network()
    jobs = [job(seed) for seed in range(4)]

    together = accentuate(network, jobs, config)
    backwards = accentuate(network, jobs[::-1], config)[::-1]
    alone = [accentuate(network, [one], config)[0] for one in jobs]

    for other in (backwards, alone):
        for one, two in zip(together, other, strict=True):
            assert one.budget is not None
            assert two.budget is not None
            assert one.budget.distance == pytest.approx(two.budget.distance, rel=1e-3)
            assert (one.image - two.image).abs().max() <= 1 / 255 + 1e-6
            assert (one.image - two.image).abs().mean() <= 1e-4


def test_the_same_budget_gives_the_same_picture_again() -> None:
    config = FEW.with_changes(distance_budget="ssim=0.1")

    first, again = (accentuate(toy_network(), [job()], config)[0] for _ in range(2))
    (other,) = accentuate(toy_network(), [replace(job(), rng_seed=1)], config)

    assert torch.equal(first.image, again.image)
    assert not torch.equal(first.image, other.image)


def test_more_budget_buys_more_of_the_feature() -> None:
    near, far = (
        accentuate(toy_network(), [job()], FEW.with_changes(distance_budget=text))[0]
        for text in ("pixel_rmse=0.02", "pixel_rmse=0.1")
    )

    assert near.activation_after < far.activation_after
