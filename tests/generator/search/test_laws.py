"""Laws of the gradients, the penalty, its balance and the opacity map."""

import dataclasses
from typing import get_args

import pytest
import torch
import torchvision
from torch import Tensor, nn

from generator.capture import layer_activations
from generator.config import AccentuationConfig, OptimizerName, ParameterizationName
from generator.errors import ConfigError
from generator.networks import Network
from generator.objectives import Unit
from generator.parameterization.choice import for_images
from generator.penalties.latent import LatentPenalty, channel_norm
from generator.search.balance import measure_pull
from generator.search.opacity import OpacityAccumulator, display_opacity, render_masked
from generator.search.optimize import optimize
from generator.search.problem import Problem
from generator.search.regularization import choose_layer
from generator.search.steering import FixedPull
from generator.streams import JobStreams
from tests.generator.toy_network import picture, toy_module, toy_network

LOGIT = Unit(layer="logit", index=1, label="line")


def pose(
    network: Network,
    seeds: Tensor,
    unit: Unit,
    config: AccentuationConfig,
    *,
    rng_seed: int = 0,
) -> Problem:
    """One job, held near its seed image at conv1."""
    norm = channel_norm(layer_activations(network, seeds, ["conv1"])["conv1"])
    smoothing = config.distance_smoothing * norm.detach()
    return Problem(
        network=network,
        parameterization=for_images(config, seeds),
        objectives=[unit],
        streams=[JobStreams(rng_seed=rng_seed, job_id="job")],
        config=config,
        seed_images=seeds,
        latent=[
            LatentPenalty(layer="conv1", weight=1.0, distance="l2", smoothing=smoothing)
        ],
    )


def unheld(n_jobs: int) -> FixedPull:
    """No penalties."""
    return FixedPull(factors=torch.zeros(n_jobs, 0))


@pytest.mark.parametrize(
    ("name", "feature", "expected"),
    [
        ("mobilenet_v2", "logit", "features.4"),
        ("mobilenet_v2", "features.2", "features.2"),
        ("resnet18", "logit", "layer2"),
        ("squeezenet1_0", "logit", "features.6"),
    ],
)
def test_the_default_layer_is_the_first_stage_of_stride_eight(
    name: str, feature: str, expected: str
) -> None:
    module = torchvision.models.get_model(name, weights=None)
    network = toy_network(module)
    network = dataclasses.replace(
        network,
        preprocessing=dataclasses.replace(
            network.preprocessing, input_px=224, resize_px=256
        ),
    )

    chosen = choose_layer(module, network.layers, wanted=None, feature=feature)

    assert chosen == expected


def test_a_penalty_deeper_than_the_feature_is_refused() -> None:
    network = toy_network()

    with pytest.raises(ConfigError, match="deeper"):
        choose_layer(network.module, network.layers, wanted="act2", feature="conv1")


def balance_of(
    network: Network, seeds: Tensor, config: AccentuationConfig, rng_seed: int
) -> float:
    problem = pose(network, seeds, LOGIT, config, rng_seed=rng_seed)
    pull = measure_pull(
        problem,
        problem.parameterization.from_image(seeds),
        n_draws=config.balance_draws,
        offset=config.balance_offset,
    )
    return pull.balance().item()


def test_the_balance_agrees_between_rng_seeds() -> None:
    config = AccentuationConfig()

    found = torch.tensor(
        [balance_of(toy_network(), picture()[None], config, seed) for seed in range(5)]
    )

    assert found.std() / found.mean() < 0.05


@pytest.mark.parametrize("name", get_args(ParameterizationName))
def test_the_balance_agrees_between_number_formats(name: ParameterizationName) -> None:
    config = AccentuationConfig(parameterization=name)
    seeds = picture()[None]

    single = balance_of(toy_network(), seeds, config, 0)
    double = balance_of(toy_network(toy_module().double()), seeds.double(), config, 0)

    assert single > 0
    assert single == pytest.approx(double, rel=0.01)


def test_the_penalty_hardly_pulls_at_the_start() -> None:
    """Below 2 % of its gradient at the place where the balance is measured."""
    config = AccentuationConfig()
    seeds = picture()[None]
    problem = pose(toy_network(), seeds, LOGIT, config)
    start = problem.parameterization.from_image(seeds)

    at_start = measure_pull(problem, start, n_draws=32, offset=0.0).penalties
    beside = measure_pull(problem, start, n_draws=32, offset=1e-3).penalties

    assert at_start.item() < 0.02 * beside.item()


class MeanOfInput(nn.Module):
    """A spatially uniform objective: the mean of what the network gets."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((1, 2, 3))[:, None].expand(-1, 4)


def test_the_opacity_map_of_a_uniform_objective_is_flat() -> None:
    """Uncorrected, the centre would be many times as opaque as the corners."""
    config = AccentuationConfig(
        steps=30, draws_per_step=8, crop_range=(0.05, 0.99), regularization_weight=0
    )
    network = toy_network(MeanOfInput())
    problem = dataclasses.replace(
        pose(toy_network(), picture(32, 32)[None], LOGIT, config),
        network=network,
        latent=[],
    )
    start = problem.parameterization.from_image(picture(32, 32)[None])

    opacity = optimize(problem, start, steering=unheld(1)).opacity
    corrected = opacity.corrected()[0]

    covered = corrected[opacity.coverage[0] > 0]
    raw = opacity.raw[0].mean(0)
    assert raw[12:20, 12:20].mean() > 5 * raw[:2, :2].mean()
    assert covered.max() / covered.min() < 1.001


def test_pixels_no_crop_has_covered_are_transparent() -> None:
    opacity = OpacityAccumulator.start(torch.zeros(1, 3, 2, 2))
    opacity.add(torch.ones(1, 3, 2, 2), torch.tensor([[[2.0, 0.0], [1.0, 4.0]]]))

    assert opacity.corrected()[0].tolist() == [[0.5, 0.0], [1.0, 0.25]]


def test_a_displayed_map_runs_from_transparent_to_opaque() -> None:
    opacity = torch.zeros(32, 32)
    opacity[8:24, 8:24] = 3.0

    shown = display_opacity(opacity, clip_percent=20, blur_px=1.0)

    assert shown[16, 16] == pytest.approx(1, abs=1e-5)
    assert shown[0, 0] == 0
    assert display_opacity(torch.zeros(8, 8), clip_percent=5, blur_px=1).max() == 0


def test_a_masked_picture_is_white_where_the_map_is_transparent() -> None:
    image = torch.full((3, 2, 1), 0.2)

    masked = render_masked(image, torch.tensor([[1.0], [0.0]]))

    assert torch.allclose(masked[:, 0], torch.tensor(0.2))
    assert torch.equal(masked[:, 1], torch.ones(3, 1))


def searched(
    rng_seeds: list[int], config: AccentuationConfig, dtype: torch.dtype
) -> Tensor:
    """Where the searches of these jobs end, before rounding to 8 bits."""
    network = toy_network(toy_module().to(dtype))
    seeds = torch.stack([picture(rng_seed=seed) for seed in rng_seeds]).to(dtype)
    n_jobs = len(rng_seeds)
    problem = dataclasses.replace(
        pose(network, seeds, LOGIT, config),
        objectives=[LOGIT] * n_jobs,
        streams=[JobStreams(rng_seed=0, job_id=str(seed)) for seed in rng_seeds],
    )
    start = problem.parameterization.from_image(seeds)
    held = FixedPull(factors=torch.full((n_jobs, 1), 0.01, dtype=dtype))
    found = optimize(problem, start, steering=held)
    return problem.parameterization.to_image(found.parameters)


@pytest.mark.parametrize("optimizer", ["adam", "shared_adam"])
@pytest.mark.parametrize(
    ("dtype", "most"), [(torch.float32, 1e-4), (torch.float64, 1e-10)]
)
def test_a_search_ends_at_the_same_place_alone_and_in_any_batch(
    optimizer: OptimizerName, dtype: torch.dtype, most: float
) -> None:
    """100 steps on a smooth network. At kinks of a ReLU, rounding can be amplified."""
    config = AccentuationConfig(steps=100, draws_per_step=2, optimizer=optimizer)

    together = searched([0, 1, 2, 3], config, dtype)
    backwards = searched([3, 2, 1, 0], config, dtype).flip(0)
    alone = torch.cat([searched([seed], config, dtype) for seed in range(4)])

    assert (together - backwards).abs().max() <= most
    assert (together - alone).abs().max() <= most
