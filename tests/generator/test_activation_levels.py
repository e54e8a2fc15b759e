"""Pictures at given levels of activation, both ways from the seed image (Q2)."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from generator.accentuation import Accentuation
from generator.accentuation_job import AccentuationJob
from generator.activation_levels import NaturalActivations, reach_levels
from generator.activations import feature_activations
from generator.config import AccentuationConfig, ParameterizationName
from generator.errors import ConfigError, GeneratorError
from generator.feature_lookup import find_objective
from generator.features import Feature, FeatureId
from generator.goals.levels import Level, activation_at, natural_range
from generator.goals.looking_on import LEAST_STEPS, looked_on
from generator.networks import Network, load_network
from generator.parameterization.choice import for_images
from generator.photographs import from_picture, to_picture
from generator.search.opacity import OpacityAccumulator
from generator.search.problem import Problem
from generator.streams import JobStreams
from tests.generator.toy_network import picture, toy_network

LINE = FeatureId("logit", "line")
FEW = AccentuationConfig(steps=40, balance_draws=16, draws_per_step=2)
HALF = AccentuationConfig(steps=40, balance_draws=16, regularization_weight=0.2)

ELEVEN = [
    Level(kind="percentile", amount=p)
    for p in (0.5, 2, 10, 20, 35, 50, 65, 80, 90, 98, 99.5)
]


def job(rng_seed: int = 0, side: int = 20, feature: Feature = LINE) -> AccentuationJob:
    return AccentuationJob(
        seed_image=picture(side, side, rng_seed=rng_seed),
        feature=feature,
        rng_seed=rng_seed,
    )


def pool_of(
    network: Network, feature: Feature, side: int, n: int = 100
) -> NDArray[np.float32]:
    pictures = torch.stack([picture(side, side, rng_seed=100 + i) for i in range(n)])
    found: NDArray[np.float32] = feature_activations(network, pictures, [feature])[
        :, 0
    ].numpy()
    return found


def posed(steps: int) -> Problem:
    """Two jobs of the toy network, ready to be searched."""
    seeds = torch.stack([picture(rng_seed=seed) for seed in range(2)])
    config = FEW.with_changes(steps=steps)
    return Problem(
        network=toy_network(),
        parameterization=for_images(config, seeds),
        objectives=[find_objective(toy_network(), LINE)] * 2,
        streams=[JobStreams(rng_seed=0, job_id=str(seed)) for seed in range(2)],
        config=config,
        seed_images=seeds,
    )


def check(network: Network, made: Accentuation, pool: NDArray[np.float32]) -> None:
    """The saved picture has the activation asked for, to 1 % of the natural range."""
    feature = made.job.feature
    assert made.target is not None
    assert made.flag is None
    saved = from_picture(to_picture(made.image))
    activation = feature_activations(network, saved[None], [feature]).item()
    wanted = activation_at(made.target.asked, pool, feature=str(feature))
    most = 0.01 * natural_range(pool, feature=str(feature))
    assert abs(activation - wanted) <= most
    assert made.target.achieved == made.activation_after
    assert made.activation_after == pytest.approx(activation, abs=1e-6)


@pytest.mark.parametrize(
    "name", ["pixel", "fourier", "fourier_phase", "fourier_phase_gated"]
)
def test_eleven_levels_are_met_from_one_seed_image(name: ParameterizationName) -> None:
    network = toy_network()
    pool = pool_of(network, LINE, 20)
    config = HALF.with_changes(
        parameterization=name, learning_rate=0.03 if name == "fourier" else 0.2
    )

    ((*made,),) = reach_levels(network, [job(1)], config, ELEVEN, {LINE: pool})

    assert [one.target.asked for one in made if one.target] == ELEVEN
    for one in made:
        check(network, one, pool)
    assert {one.job.suppress for one in made} == {True, False}
    activations = [one.activation_after for one in made]
    assert activations == sorted(activations)


def test_the_embedded_network_meets_levels_in_all_three_units() -> None:
    network = load_network("embedded")
    feature = FeatureId("stage3", "2")
    pool = pool_of(network, feature, 72, n=40)
    start = feature_activations(network, job(0, 72).seed_image[None], [feature]).item()
    levels = [
        Level(kind="value", amount=start + 0.1),
        Level(kind="percentile", amount=60),
        Level(kind="natural_max", amount=1.2),
        Level(kind="value", amount=start - 0.05),
    ]
    config = AccentuationConfig(
        steps=40, draws_per_step=2, balance_draws=8, regularization_weight=0.3
    )

    ((*made,),) = reach_levels(
        network, [job(0, 72, feature)], config, levels, {feature: pool}
    )

    for one in made:
        check(network, one, pool)


def test_a_level_out_of_reach_is_flagged_and_is_the_highest_picture() -> None:
    network = toy_network()
    pool = pool_of(network, LINE, 20)
    far = Level(kind="value", amount=50.0)
    near = Level(kind="percentile", amount=80)
    few = FEW.with_changes(steps=4)

    ((reached, missed),) = reach_levels(
        network, [job(1)], few, [near, far], {LINE: pool}
    )

    assert reached.flag is None
    assert missed.flag == "target_not_reached"
    assert missed.activation_after > reached.activation_after
    assert missed.target is not None
    assert missed.target.achieved == missed.activation_after


def test_levels_are_met_alike_alone_and_in_a_batch() -> None:
    network = toy_network()
    natural: NaturalActivations = {LINE: pool_of(network, LINE, 20)}
    jobs = [job(seed) for seed in range(4)]
    levels = [Level(kind="percentile", amount=p) for p in (20, 50, 90)]

    together = reach_levels(network, jobs, FEW, levels, natural)
    alone = [reach_levels(network, [one], FEW, levels, natural)[0] for one in jobs]

    for some, others in zip(together, alone, strict=True):
        for one, two in zip(some, others, strict=True):
            assert (one.image - two.image).abs().max() <= 1 / 255 + 1e-6
            assert (one.image - two.image).abs().mean() <= 1e-4
            assert one.flag == two.flag


def test_a_search_ends_when_its_highest_level_is_passed() -> None:
    network = toy_network()
    pool = pool_of(network, LINE, 20)
    level = Level(kind="percentile", amount=60)
    crops: list[int] = []

    ((made,),) = reach_levels(
        network, [job(1)], FEW, [level], {LINE: pool}, on_crops=crops.append
    )

    assert made.n_steps < FEW.steps
    assert sum(crops) == FEW.crops_per_job  # those it was spared are counted too


def test_the_opacity_map_of_a_level_passed_at_once_has_looked_around() -> None:
    """One step has two crops here; sixteen steps cover all but the corners."""
    network = toy_network()
    pool = pool_of(network, LINE, 20)
    start = feature_activations(network, picture(20, 20, rng_seed=1)[None], [LINE])
    near = Level(kind="value", amount=float(start) + 1e-3)
    few_crops = FEW.with_changes(crop_range=(0.4, 0.5))

    ((made,),) = reach_levels(network, [job(1)], few_crops, [near], {LINE: pool})

    assert made.n_steps == 1
    assert (made.coverage > 0).float().mean() > 0.9


def test_a_map_that_looked_long_enough_is_that_of_its_search() -> None:
    problem = posed(steps=30)
    opacity = OpacityAccumulator.start(problem.seed_images)
    opacity.add(problem.seed_images, problem.seed_images[:, 0])
    parameters = problem.parameterization.from_image(problem.seed_images)

    late = looked_on(problem, parameters, opacity, [LEAST_STEPS, 3])
    alone = looked_on(problem, parameters, opacity, [LEAST_STEPS, LEAST_STEPS])

    assert torch.equal(late.raw[0], opacity.raw[0])
    assert torch.equal(alone.raw, opacity.raw)
    assert late.coverage[1].sum() > opacity.coverage[1].sum()


def test_what_cannot_be_asked_for_is_refused_before_any_search() -> None:
    network = toy_network()
    pool = pool_of(network, LINE, 20)
    half = Level(kind="percentile", amount=50)
    crops: list[int] = []

    def ask(
        one: AccentuationJob, config: AccentuationConfig, *levels: Level
    ) -> list[list[Accentuation]]:
        return reach_levels(
            network, [one], config, levels, {LINE: pool}, on_crops=crops.append
        )

    with pytest.raises(ConfigError, match="cannot both"):
        ask(job(), FEW.with_changes(distance_budget="ssim=0.1"), half)
    with pytest.raises(ConfigError, match="each once; got percentile=50, percentile"):
        ask(job(), FEW, half, half)
    with pytest.raises(ConfigError, match="at least one level"):
        ask(job(), FEW)
    with pytest.raises(ConfigError, match="leave suppress out"):
        ask(replace(job(), suppress=True), FEW, half)
    with pytest.raises(ConfigError, match="pool"):
        ask(job(0, 20, FeatureId("logit", "dot")), FEW, half)
    assert not crops


def test_a_feature_without_gradient_is_told_of_in_each_direction() -> None:
    class Constant(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.mean((1, 2, 3))[:, None].expand(-1, 4) * 0

    network = toy_network(Constant())
    natural: NaturalActivations = {LINE: np.array([-1, 0, 1], dtype=np.float32)}
    level = Level(kind="value", amount=1.0)
    config = FEW.with_changes(layer_weights=(0.0,), regularization_layers=("logit",))
    told: list[GeneratorError] = []

    made = reach_levels(
        network,
        [job()],
        config,
        [level],
        natural,
        on_refused=lambda _, error: told.append(error),
    )

    assert made == [[]]
    assert len(told) == 1
