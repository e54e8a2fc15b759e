"""Accentuation and visualization as a whole, on a small network."""

import hashlib
import io
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from generator.accentuation import Accentuation, accentuate
from generator.accentuation_job import AccentuationJob
from generator.activation_levels import reach_levels
from generator.activations import feature_activations
from generator.config import (
    AccentuationConfig,
    CropLaw,
    ParameterizationName,
    VisualizationConfig,
)
from generator.errors import (
    ConfigError,
    FeatureNotFoundError,
    NoGradientError,
    NotFiniteError,
)
from generator.features import Feature, FeatureId
from generator.goals.levels import Level
from generator.photographs import from_picture, to_picture
from generator.visualization import VisualizationJob, visualize
from tests.generator.toy_network import picture, toy_module, toy_network

FEW = AccentuationConfig(steps=6, balance_draws=16)
LINE = FeatureId("logit", "line")


def job(
    rng_seed: int = 0, feature: FeatureId = LINE, side: int = 20
) -> AccentuationJob:
    return AccentuationJob(
        seed_image=picture(side, side, rng_seed=rng_seed),
        feature=feature,
        rng_seed=rng_seed,
        name=f"picture {rng_seed}",
    )


def file_hash(made: Accentuation) -> str:
    buffer = io.BytesIO()
    to_picture(made.image).save(buffer, "png")
    return hashlib.sha256(buffer.getvalue()).hexdigest()


@pytest.mark.parametrize("name", get_args(ParameterizationName))
@pytest.mark.parametrize("law", get_args(CropLaw))
def test_the_activation_rises_with_every_parameterization_and_crop_law(
    name: ParameterizationName, law: CropLaw
) -> None:
    config = FEW.with_changes(steps=15, parameterization=name, crop_law=law)

    (made,) = accentuate(toy_network(), [job()], config)

    assert made.activation_after > made.activation_before
    assert 0 < made.ssim < 1
    assert made.latent_distance > 0
    assert made.balance > 0


@pytest.mark.parametrize("feature", ["conv2:3", "logit:2", "act1:0"])
def test_channels_and_logits_can_be_accentuated(feature: str) -> None:
    config = FEW.with_changes(steps=15)

    (made,) = accentuate(toy_network(), [job(feature=FeatureId.parse(feature))], config)

    assert made.activation_after > made.activation_before


@pytest.mark.parametrize(("height", "width"), [(19, 19), (20, 27), (27, 20)])
def test_canvases_of_odd_and_unequal_sides_work(height: int, width: int) -> None:
    seed = replace(job(), seed_image=picture(height, width))

    (made,) = accentuate(toy_network(), [seed], FEW)

    assert made.image.shape == (3, height, width)
    assert made.opacity_map.shape == made.coverage.shape == (height, width)


def test_the_reported_activation_is_that_of_the_saved_picture() -> None:
    network = toy_network()

    (made,) = accentuate(network, [job()], FEW)

    saved = from_picture(to_picture(made.image))
    again = feature_activations(network, saved[None], [LINE]).item()
    assert made.activation_after == pytest.approx(again, abs=1e-6)


def test_a_job_gives_the_same_alone_and_in_any_batch() -> None:
    """100 steps in float32."""
    config = AccentuationConfig(steps=100, balance_draws=8, draws_per_step=2)
    jobs = [job(seed) for seed in range(3)]
    network = toy_network()

    together = accentuate(network, jobs, config)
    backwards = accentuate(network, jobs[::-1], config)[::-1]
    alone = [accentuate(network, [one], config)[0] for one in jobs]

    for other in (backwards, alone):
        for one, two in zip(together, other, strict=True):
            assert one.job is two.job
            # one step of 8 bits, where rounding falls on the other side
            assert (one.image - two.image).abs().max() <= 1 / 255 + 1e-6
            assert (one.image - two.image).abs().mean() <= 1e-4
            assert one.activation_after == pytest.approx(two.activation_after, abs=1e-3)


def test_the_same_job_gives_the_same_bytes_and_another_rng_seed_others() -> None:
    network = toy_network()

    first, again = (accentuate(network, [job()], FEW)[0] for _ in range(2))
    (other,) = accentuate(network, [replace(job(), rng_seed=1)], FEW)

    assert file_hash(first) == file_hash(again) != file_hash(other)


def test_chance_of_the_caller_neither_matters_nor_moves() -> None:
    network = toy_network()
    torch.manual_seed(1)
    (first,) = accentuate(network, [job()], FEW)
    torch.manual_seed(2)
    state = torch.get_rng_state()

    (second,) = accentuate(network, [job()], FEW)

    assert file_hash(first) == file_hash(second)
    assert torch.equal(torch.get_rng_state(), state)


def describe(module: nn.Module) -> list[object]:
    return [
        {name: hash(tensor.numpy().tobytes()) for name, tensor in _tensors(module)},
        [part.training for part in module.modules()],
        [weight.requires_grad for weight in module.parameters()],
        [len(part._forward_hooks) for part in module.modules()],
    ]


def _tensors(module: nn.Module) -> list[tuple[str, Tensor]]:
    return [(name, tensor.detach()) for name, tensor in module.state_dict().items()]


@pytest.mark.parametrize("interrupt", [None, KeyboardInterrupt, MemoryError])
def test_the_network_is_left_as_it_was(interrupt: type[BaseException] | None) -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(2))
    module.append(nn.AdaptiveAvgPool1d(1)).append(nn.Flatten())
    network = toy_network(module)
    module.train()
    module[0].register_forward_hook(lambda *_: None)
    before = describe(module)

    def on_crops(_: int) -> None:
        if interrupt is not None:
            raise interrupt

    if interrupt is None:
        accentuate(network, [job()], FEW, on_crops=on_crops)
    else:
        with pytest.raises(interrupt):
            accentuate(network, [job()], FEW, on_crops=on_crops)

    assert describe(module) == before


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


class DeadLogit(nn.Module):
    """Logit `line` comes after a ReLU that no picture opens."""

    def __init__(self) -> None:
        super().__init__()
        self.body = toy_module()

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.body(x)
        shift = torch.tensor([100.0, -100.0, 100.0, 100.0])
        return (logits + shift).relu()


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


def test_without_weight_the_picture_goes_farther_from_the_seed_image() -> None:
    config = FEW.with_changes(steps=30)

    held, free = (
        accentuate(
            toy_network(), [job()], config.with_changes(regularization_weight=weight)
        )[0]
        for weight in (3.0, 0.0)
    )

    assert held.latent_distance < free.latent_distance
    assert free.regularization_weight == 0


def test_a_search_of_hardly_any_step_gives_the_seed_image_back() -> None:
    config = FEW.with_changes(steps=1, learning_rate=1e-9)
    black_and_white = torch.zeros(3, 20, 20)
    black_and_white[:, 10:] = 1

    (made,) = accentuate(
        toy_network(), [replace(job(), seed_image=black_and_white)], config
    )

    assert torch.equal(made.image, black_and_white)
    assert made.ssim == pytest.approx(1)
    assert made.latent_distance == 0


def test_an_unknown_label_is_refused_before_any_search() -> None:
    steps: list[int] = []

    with pytest.raises(FeatureNotFoundError, match="close names: line"):
        accentuate(
            toy_network(),
            [job(), job(feature=FeatureId("logit", "lines"))],
            FEW,
            on_crops=steps.append,
        )

    assert not steps


def test_a_seed_image_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ConfigError, match="seed image"):
        accentuate(
            toy_network(), [replace(job(), seed_image=torch.zeros(1, 20, 20))], FEW
        )


def test_progress_counts_the_crops_of_balance_and_steps_of_all_jobs() -> None:
    network = toy_network(DeadLogit())
    wave = FeatureId("logit", "wave")
    crops: list[int] = []

    accentuate(
        network,
        [job(0, wave), job(1, LINE), job(2, wave)],
        FEW,
        on_crops=crops.append,
        on_refused=lambda *_: None,
    )

    assert sum(crops) == 3 * FEW.crops_per_job == 3 * (16 + 6 * 4)
    assert crops[0] == 3 * 8  # it does not wait for the balance to end


def test_progress_of_visualizations_ends_at_its_total() -> None:
    config = VisualizationConfig(steps=3, canvas_px=20)
    crops: list[int] = []

    visualize(
        toy_network(),
        [VisualizationJob(feature=LINE, rng_seed=seed) for seed in (0, 1)],
        config,
        on_crops=crops.append,
    )

    assert sum(crops) == 2 * config.crops_per_job


@pytest.mark.parametrize("name", ["fourier", "fourier_phase", "pixel"])
def test_visualizations_drive_their_feature_and_differ_by_start(
    name: ParameterizationName,
) -> None:
    network = toy_network()
    config = VisualizationConfig(steps=30, canvas_px=20, parameterization=name)
    jobs = [VisualizationJob(feature=LINE, rng_seed=seed) for seed in (0, 1)]

    one, two = visualize(network, jobs, config)
    (start,) = visualize(
        network, jobs[:1], config.with_changes(steps=1, learning_rate=1e-9)
    )

    assert one.image.shape == (3, 20, 20)
    assert min(one.activation, two.activation) > start.activation
    assert not torch.equal(one.image, two.image)


def test_a_visualization_of_a_dead_feature_is_refused() -> None:
    config = VisualizationConfig(steps=2, canvas_px=20)

    with pytest.raises(NoGradientError, match="another rng_seed"):
        visualize(
            toy_network(DeadLogit()),
            [VisualizationJob(feature=LINE, rng_seed=0)],
            config,
        )


def test_a_spectrum_of_another_size_is_refused() -> None:
    config = VisualizationConfig(steps=2, canvas_px=20)

    with pytest.raises(ConfigError, match="natural_magnitude"):
        visualize(
            toy_network(),
            [VisualizationJob(feature=LINE, rng_seed=0)],
            config,
            natural_magnitude=torch.ones(3, 8, 5),
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": 0},
        {"learning_rate": 0.0},
        {"crop_range": (0.9, 0.5)},
        {"crop_range": (0.0, 0.5)},
        {"parameterization": "wavelet"},
        {"regularization_weight": -1.0},
        {"regularization_weight": float("inf")},
        {"learning_rate": float("inf")},
        {"canvas_px": 4},
        {"stps": 3},
    ],
)
def test_a_setting_out_of_range_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        AccentuationConfig().with_changes(**changes)


def test_presets_have_names() -> None:
    assert AccentuationConfig.preset("default") == AccentuationConfig()
    assert AccentuationConfig.preset("faccent").steps == 98
    with pytest.raises(ConfigError, match="starts from noise"):
        AccentuationConfig.preset("xplique_maco")


@pytest.mark.parametrize(
    ("seed_image", "message"),
    [
        ((picture() * 255).byte(), "floats from 0 to 1; got torch.uint8"),
        (picture() * 255, "values from 0 to 1"),
        (picture() - 0.5, "values from 0 to 1"),
        (picture() * float("nan"), "values from nan to nan"),
    ],
)
def test_a_seed_image_in_another_range_is_refused(
    seed_image: Tensor, message: str
) -> None:
    job = AccentuationJob(
        seed_image=seed_image, feature=FeatureId("logit", "1"), rng_seed=0
    )

    with pytest.raises(ConfigError, match=message):
        job.check()


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


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_networks_of_any_number_format_can_be_climbed(dtype: torch.dtype) -> None:
    network = toy_network(toy_module().to(dtype))
    job = AccentuationJob(
        seed_image=picture(), feature=FeatureId("conv2", "1"), rng_seed=0
    )

    (made,) = accentuate(network, [job], AccentuationConfig(steps=8, balance_draws=8))

    assert made.activation_after > made.activation_before
    assert made.raw_map.dtype == torch.float32


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
