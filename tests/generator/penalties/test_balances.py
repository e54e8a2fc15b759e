"""The balance of every penalty, which is the unit of its weight."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from generator.accentuation import accentuate
from generator.config import AccentuationConfig, DistanceName, ParameterizationName
from generator.feature_text import parse_feature
from generator.search.balance import measure_pull
from tests.generator.penalties.held_jobs import DISTANCES, FEW, SETTINGS, job, objective
from tests.generator.posed import pose_by_hand
from tests.generator.toy_network import picture, toy_module, toy_network


def balance_of(
    config: AccentuationConfig, dtype: torch.dtype, rng_seed: int = 0
) -> Tensor:
    network = toy_network(toy_module().to(dtype))
    problem = pose_by_hand(
        network,
        picture()[None].to(dtype),
        [objective(network)],
        config,
        layers=config.regularization_layers or ("conv1",),
        rng_seed=rng_seed,
    )
    start = problem.parameterization.from_image(problem.seed_images)
    pull = measure_pull(
        problem, start, n_draws=config.balance_draws, offset=config.balance_offset
    )
    return pull.balance()[0]


@pytest.mark.parametrize("setting", [*DISTANCES, "pixel", "spectrum"])
@pytest.mark.parametrize(
    "name", ["pixel", "fourier", "fourier_phase", "fourier_phase_gated"]
)
def test_every_balance_agrees_between_number_formats(
    name: ParameterizationName, setting: str
) -> None:
    config = FEW.with_changes(parameterization=name, **SETTINGS[setting])

    single = balance_of(config, torch.float32)
    double = balance_of(config, torch.float64)

    assert (single > 0).all()
    assert torch.allclose(single.double(), double, rtol=0.01)


@pytest.mark.parametrize("setting", [*DISTANCES, "layers", "pixel"])
def test_every_balance_agrees_between_rng_seeds(setting: str) -> None:
    config = AccentuationConfig().with_changes(**SETTINGS[setting])

    found = torch.stack([balance_of(config, torch.float32, s) for s in range(5)])

    assert (found.std(0) / found.mean(0)).max() < 0.05


@pytest.mark.parametrize("setting", ["cosine", "pixel", "spectrum"])
def test_the_balance_of_a_squared_term_does_not_depend_on_the_offset(
    setting: str,
) -> None:
    config = AccentuationConfig().with_changes(**SETTINGS[setting])

    near, far = (
        balance_of(config.with_changes(balance_offset=offset), torch.float64)
        for offset in (1e-3, 1e-2)
    )

    # logarithms of small magnitudes bend sooner
    assert torch.allclose(near, far, rtol=0.2 if setting == "spectrum" else 0.02)


@pytest.mark.parametrize("distance", ["l2", "l1", "feature_orthogonal"])
def test_a_penalty_without_gradient_at_the_start_is_no_obstacle(
    distance: DistanceName,
) -> None:
    """References divide by zero or raise; gray pictures and several features too."""
    config = FEW.with_changes(
        distance=distance, balance_offset=0.0, distance_smoothing=0.0
    )
    gray = replace(job(), seed_image=torch.full((3, 20, 20), 0.5))
    other = replace(job(1), feature=parse_feature("conv2:3"))

    made = accentuate(toy_network(), [gray, other, job(2)], config)

    for one in made:
        assert torch.isfinite(one.image).all()
        assert all(math.isfinite(facts.balance) for facts in one.penalties)
