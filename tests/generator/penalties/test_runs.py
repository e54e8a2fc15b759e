"""Whole searches under every penalty: the defects of references stay away."""

from dataclasses import replace
from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from generator.accentuation import accentuate
from generator.config import (
    AccentuationConfig,
    CropLaw,
    DistanceName,
    ParameterizationName,
)
from generator.feature_text import parse_feature
from generator.penalties.choice import feature_directions
from generator.search.optimize import optimize
from generator.search.problem import draw_for, gradients
from generator.search.steering import FixedPull
from tests.generator.penalties.held_jobs import DISTANCES, FEW, SETTINGS, job, objective
from tests.generator.posed import left_half, pose_by_hand
from tests.generator.toy_network import picture, toy_module, toy_network


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("law", get_args(CropLaw))
def test_every_crop_law_runs_with_every_penalty(law: CropLaw, setting: str) -> None:
    """The zooming variant of a reference crashes when its penalty is on."""
    config = FEW.with_changes(crop_law=law, steps=2, **SETTINGS[setting])

    (made,) = accentuate(toy_network(), [job(0, config)], config)

    assert torch.isfinite(made.image).all()
    assert all(facts.balance > 0 for facts in made.penalties)
    assert made.penalties


def searched(
    rng_seeds: list[int], config: AccentuationConfig, layers: tuple[str, ...]
) -> Tensor:
    """Where the searches of these jobs end, before rounding to 8 bits."""
    network = toy_network()
    n_jobs = len(rng_seeds)
    problem = pose_by_hand(
        network,
        torch.stack([picture(rng_seed=seed) for seed in rng_seeds]),
        [objective(network)] * n_jobs,
        config,
        layers=layers,
        regions=left_half(n_jobs, 20, 20).float(),
        job_ids=[str(seed) for seed in rng_seeds],
    )
    start = problem.parameterization.from_image(problem.seed_images)
    pull = torch.full((n_jobs, len(problem.penalties)), 0.01)
    found = optimize(problem, start, steering=FixedPull(factors=pull))
    return problem.parameterization.to_image(found.parameters)


@pytest.mark.parametrize("setting", SETTINGS)
def test_four_jobs_in_one_batch_are_four_single_runs(setting: str) -> None:
    """A reference compares the first two accentuations of a batch with each other."""
    config = FEW.with_changes(steps=30, draws_per_step=2, **SETTINGS[setting])
    layers = config.regularization_layers or ("conv1",)

    together = searched([0, 1, 2, 3], config, layers)
    alone = torch.cat([searched([seed], config, layers) for seed in range(4)])

    assert (together - alone).abs().max() <= 1e-4


class Turned(nn.Module):
    """The toy's first layer with its axes in another order, and back again."""

    def __init__(self, order: str) -> None:
        super().__init__()
        parts = list(toy_module())
        self.first, self.rest = nn.Sequential(*parts[:2]), nn.Sequential(*parts[2:])
        self.order = order
        self.seen = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        maps: Tensor = self.first(x)  # (B, C, H, W)
        logits: Tensor
        if self.order == "NCHW":
            logits = self.rest(self.seen(maps))
        elif self.order == "NHWC":
            turned = self.seen(maps.permute(0, 2, 3, 1))
            logits = self.rest(turned.permute(0, 3, 1, 2))
        else:
            tokens = self.seen(maps.flatten(2).transpose(1, 2))  # (B, L, C)
            logits = self.rest(tokens.transpose(1, 2).reshape(maps.shape))
        return logits


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("side", ["everywhere", "inside"])
def test_one_distance_whatever_order_a_layer_keeps_its_axes_in(
    distance: DistanceName, side: str
) -> None:
    """References take axis 1 for channels; for tokens it is the position."""
    config = FEW.with_changes(distance=distance, penalty_side=side)

    def distances(order: str) -> Tensor:
        network = toy_network(Turned(order))
        problem = pose_by_hand(
            network,
            picture()[None],
            [objective(network)],
            config,
            layers=("seen",),
            regions=left_half(1, 20, 20).float(),
        )
        changed = (problem.seed_images + 0.1).clamp(0, 1)
        return gradients(problem, changed, draw_for(problem, changed, 0)).distances

    as_maps, channels_last, as_tokens = map(distances, ("NCHW", "NHWC", "NLC"))

    assert (as_maps > 0).all()
    assert torch.allclose(as_maps, channels_last, rtol=1e-6)
    assert torch.allclose(as_maps, as_tokens, rtol=1e-6)


def test_at_its_own_layer_the_direction_of_a_channel_is_its_unit_vector() -> None:
    network = toy_network()
    view = picture(16, 16)[None]

    found = feature_directions(network, view, [objective(network, "conv2:3")], "conv2")

    assert torch.equal(found, torch.eye(8)[3:4])


def test_the_feature_itself_may_change_freely_under_an_orthogonal_penalty() -> None:
    """At the same pull, more of the feature at its own layer."""
    config = AccentuationConfig(
        steps=25,
        balance_draws=16,
        regularization_layers=("conv2",),
        regularization_weight=3.0,
    )
    one = replace(job(), feature=parse_feature("conv2:3"))

    plain, free = (
        accentuate(toy_network(), [one], config.with_changes(distance=name))[0]
        for name in ("l2", "feature_orthogonal")
    )

    assert free.activation_after > plain.activation_after


def test_the_side_held_is_the_side_that_stays() -> None:
    config = FEW.with_changes(
        steps=25, regularization_weight=5.0, parameterization="pixel", pixel_weight=5.0
    )

    def change(side: str) -> tuple[float, float]:
        sided = config.with_changes(penalty_side=side)
        (made,) = accentuate(toy_network(), [job(0, sided)], sided)
        moved = (made.image - made.job.seed_image).abs()
        return moved[..., :10].mean().item(), moved[..., 10:].mean().item()

    left_held, right_free = change("inside")
    left_free, right_held = change("outside")

    assert left_held < left_free
    assert right_held < right_free


@pytest.mark.parametrize(
    "name", ["pixel", "fourier", "fourier_phase", "fourier_phase_gated"]
)
def test_an_edit_inside_a_region_leaves_the_saved_rest_as_it_was(
    name: ParameterizationName,
) -> None:
    config = FEW.with_changes(
        edit_inside_only=True, steps=15, learning_rate=0.1, parameterization=name
    )
    seed_image = (picture() * 255).round() / 255

    (made,) = accentuate(
        toy_network(), [replace(job(0, config), seed_image=seed_image)], config
    )

    assert (made.image - seed_image)[..., 10:].abs().max() <= 1e-6
    assert (made.image - seed_image)[..., :10].abs().max() > 0.02
    assert made.activation_after > made.activation_before
