"""The gradient of the whole loss agrees with finite differences (A1)."""

from typing import Any, get_args

import pytest
import torch
from torch import Tensor

from generator.capture import layer_activations
from generator.config import AccentuationConfig, ParameterizationName
from generator.feature_lookup import find_objective
from generator.feature_text import parse_feature
from generator.networks import Network
from generator.search.problem import Problem, draw_for, gradients
from generator.search.transforms import Draws
from tests.generator.posed import left_half, pose_by_hand
from tests.generator.toy_network import picture, toy_module, toy_network

PARAMETERIZATIONS: tuple[ParameterizationName, ...] = get_args(ParameterizationName)

FEATURES = [
    "logit:line",
    "conv2:3",
    "conv2:3@center",
    "logit:line - 0.5 * logit:dot",
    "act1:0 * act2:1",
]

NO_LATENT: dict[str, Any] = {"layer_weights": (0.0,)}

PENALTIES: dict[str, dict[str, Any]] = {
    "l2": {},
    "l1": {"distance": "l1"},
    "cosine": {"distance": "cosine"},
    "feature_orthogonal": {"distance": "feature_orthogonal"},
    "several_layers": {"layers": ("conv1", "act1"), "layer_weights": (0.3, 0.7)},
    "inside": {"penalty_side": "inside"},
    "outside": {"penalty_side": "outside", "distance": "cosine", "pixel_weight": 0.5},
    "pixel": {**NO_LATENT, "pixel_weight": 1.0},
    "total_variation": {**NO_LATENT, "total_variation_weight": 1.0},
    "spectrum": {**NO_LATENT, "spectrum_weight": 1.0},
    "all": {"pixel_weight": 0.5, "total_variation_weight": 2.0, "spectrum_weight": 3.0},
}

HEIGHT, WIDTH = 18, 21
PULL = 2.0


def loss(problem: Problem, draws: Draws, parameters: Tensor) -> Tensor:
    """−A + Σ pull · weight · d, written out for one job."""
    network, seeds = problem.network, problem.seed_images
    canvases = problem.parameterization.to_image(parameters)
    names = {penalty.layer for penalty in problem.latent}
    (objective,) = problem.objectives
    here = _seen(network, draws, canvases, names | objective.layers)
    there = _seen(network, draws, seeds, names) if names else {}
    total = -objective(here).mean()
    job = torch.zeros(len(draws.apply(seeds)), dtype=torch.long)
    weights = None
    if problem.latent_weights is not None:
        weights = draws.show(problem.latent_weights)
    for term in problem.latent:
        apart = term.values(here[term.layer], there[term.layer], job, weights)
        total = total + PULL * term.weight * apart.mean()
    for canvas_term in problem.canvas:
        value = canvas_term.values(canvases, seeds).sum()
        total = total + PULL * canvas_term.weight * value
    return total


def _seen(
    network: Network, draws: Draws, canvases: Tensor, names: set[str]
) -> dict[str, Tensor]:
    crops = draws.to_network(canvases, network.preprocessing)
    return layer_activations(network, crops, names)


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("parameterization", PARAMETERIZATIONS)
def test_gradients_agree_with_finite_differences(
    parameterization: ParameterizationName, feature: str, penalty: str
) -> None:
    """In float64, away from distance zero, along random directions."""
    network = toy_network(toy_module().double())
    changes = dict(PENALTIES[penalty])
    layers = changes.pop("layers", ("conv1",))
    config = AccentuationConfig(
        parameterization=parameterization,
        draws_per_step=3,
        regularization_layers=layers,
        **changes,
    )
    problem = pose_by_hand(
        network,
        picture(HEIGHT, WIDTH).double()[None],
        [find_objective(network, parse_feature(feature))],
        config,
        layers=layers,
        regions=left_half(1, HEIGHT, WIDTH),
    )
    rng = torch.Generator().manual_seed(5)
    start = problem.parameterization.from_image(problem.seed_images)
    start = start + 0.3 * torch.randn(start.shape, generator=rng, dtype=torch.float64)
    draws = draw_for(problem, problem.seed_images, 0)

    leaf = start.clone().requires_grad_()
    images = problem.parameterization.to_image(leaf)
    found = gradients(problem, images.detach(), draws)
    pull = torch.tensor([[PULL * term.weight for term in problem.penalties]])
    uphill = found.combined(pull.double())
    (slope,) = torch.autograd.grad(images, leaf, grad_outputs=uphill)

    step = 1e-6
    for _ in range(2):
        direction = torch.randn(start.shape, generator=rng, dtype=torch.float64)
        with torch.no_grad():
            ahead, behind = (
                loss(problem, draws, start + sign * step * direction).item()
                for sign in (1, -1)
            )
        numeric = (ahead - behind) / (2 * step)
        assert (slope * direction).sum().item() == pytest.approx(numeric, rel=1e-5)
