"""Searches in less than float32: where they are right, where not, what is reported."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import ClassVar

import pytest
import torch
from torch import Tensor, nn

from generator.accentuation import Accentuation, accentuate
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.config import AccentuationConfig, VisualizationConfig
from generator.errors import ConfigError
from generator.features import FeatureId
from generator.networks import Network, load_network
from generator.results.saved_accentuation import record_of
from generator.search import precision
from generator.visualization import VisualizationJob, visualize
from tests.generator.toy_network import (
    cancelling_module,
    picture,
    toy_module,
    toy_network,
)

LINE = FeatureId("logit", "line")
FULL = AccentuationConfig(steps=8, balance_draws=16)
COARSE = FULL.with_changes(precision="bfloat16")


class Formats(nn.Module):
    """Passes pictures on and notes their format, and whether TF32 is allowed."""

    seen: ClassVar[list[tuple[torch.dtype, bool]]] = []

    def forward(self, pictures: Tensor) -> Tensor:
        self.seen.append((pictures.dtype, torch.backends.cudnn.allow_tf32))
        return pictures


@pytest.fixture
def formats() -> Iterator[list[tuple[torch.dtype, bool]]]:
    Formats.seen.clear()
    yield Formats.seen
    Formats.seen.clear()


def with_module_before(first: nn.Module) -> Network:
    """The toy network that sees pictures through another module."""
    module = toy_module()
    module.conv1 = nn.Sequential(first, module.conv1)  # type: ignore[assignment]
    return toy_network(module)


def job(feature: FeatureId = LINE, rng_seed: int = 0) -> AccentuationJob:
    return AccentuationJob(
        seed_image=picture(rng_seed=rng_seed), feature=feature, rng_seed=rng_seed
    )


def bits(made: Accentuation) -> list[bytes]:
    arrays = (made.image, made.opacity_map, made.raw_map, made.coverage)
    return [array.numpy().tobytes() for array in arrays]


def test_bfloat16_on_the_embedded_network_comes_near_float32() -> None:
    network = load_network("embedded")
    seed = AccentuationJob(
        seed_image=picture(146, 146), feature=FeatureId("logit", "3"), rng_seed=0
    )

    full, coarse = (
        accentuate(network, [seed], config.with_changes(steps=20))[0]
        for config in (FULL, COARSE)
    )

    assert coarse.precision.used == "bfloat16"
    assert coarse.precision.cosine is not None
    assert coarse.precision.cosine >= 0.99
    gained = coarse.activation_after - coarse.activation_before
    assert gained == pytest.approx(full.activation_after - full.activation_before, 0.05)
    assert coarse.latent_distance == pytest.approx(full.latent_distance, rel=0.05)
    assert coarse.balance == full.balance


def test_what_is_measured_goes_through_float32(
    formats: list[tuple[torch.dtype, bool]],
) -> None:
    network = with_module_before(Formats())

    (made,) = accentuate(network, [job()], COARSE)

    used = [dtype for dtype, _ in formats]
    first = used.index(torch.bfloat16)  # the trial of the copy, as problems are posed
    assert torch.bfloat16 in used[first + 1 :]
    assert used[-1] == torch.float32
    again = feature_activations(network, made.image[None], [LINE]).item()
    assert made.activation_after == pytest.approx(again, abs=1e-6)


def test_a_network_that_bfloat16_gets_wrong_gives_the_bytes_of_float32() -> None:
    network = toy_network(cancelling_module())

    (full,) = accentuate(network, [job()], FULL)
    (coarse,) = accentuate(network, [job()], COARSE)

    assert coarse.precision.used == "float32"
    assert coarse.precision.cosine is not None
    assert coarse.precision.cosine < 0.99
    assert coarse.config.precision == "bfloat16"
    assert bits(coarse) == bits(full)


def test_jobs_of_one_call_are_each_searched_in_the_precision_that_suits_them() -> None:
    """What comes before the offset is right in bfloat16, what comes after is not."""
    network = toy_network(cancelling_module())
    config = COARSE.with_changes(pictures_per_pass=64, regularization_layers=("conv1",))
    jobs = [job(feature) for feature in (FeatureId("act1", "0"), LINE)]
    jobs += [replace(job(FeatureId("act1", "1")), rng_seed=1)]

    together = accentuate(network, jobs, config)

    used = [made.precision.used for made in together]
    assert used == ["bfloat16", "float32", "bfloat16"]
    for made, one in zip(together, jobs, strict=True):
        (alone,) = accentuate(network, [one], config)
        assert alone.precision.used == made.precision.used
        assert (alone.image - made.image).abs().max() <= 2 / 255


def test_deterministic_bytes_do_not_depend_on_company_in_bfloat16_either() -> None:
    network = toy_network()
    config = COARSE.with_changes(deterministic=True)
    jobs = [job(rng_seed=number) for number in range(3)]

    together = accentuate(network, jobs, config)
    alone = [accentuate(network, [one], config)[0] for one in jobs[::-1]][::-1]

    assert [made.precision.used for made in together] == ["bfloat16"] * 3
    assert [bits(made) for made in together] == [bits(made) for made in alone]


def test_the_first_step_is_in_float32() -> None:
    """With a single one nothing is left for a lower precision."""
    config = FULL.with_changes(steps=1)

    (full,) = accentuate(toy_network(), [job()], config)
    (coarse,) = accentuate(
        toy_network(), [job()], config.with_changes(precision="bfloat16")
    )

    assert coarse.precision == precision.PrecisionFacts()
    assert bits(coarse) == bits(full)


@pytest.mark.parametrize("is_listened_to", [True, False])
def test_a_network_without_a_copy_in_bfloat16_is_searched_in_float32(
    is_listened_to: bool,
) -> None:
    """One has a hook of its user's, one a constant that is no weight."""

    class Weighted(nn.Module):
        def forward(self, pictures: Tensor) -> Tensor:
            return pictures * torch.ones(1, 3, 1, 1)

    network = toy_network() if is_listened_to else with_module_before(Weighted())
    if is_listened_to:
        network.module.register_forward_hook(lambda *_: None)

    (made,) = accentuate(network, [job()], COARSE)

    assert made.precision == precision.PrecisionFacts(used="float32", cosine=None)


def test_visualizations_are_checked_like_accentuations() -> None:
    config = VisualizationConfig(steps=6, precision="bfloat16")
    start = VisualizationJob(feature=LINE, rng_seed=0)

    (right,) = visualize(toy_network(), [start], config)
    (wrong,) = visualize(toy_network(cancelling_module()), [start], config)
    (full,) = visualize(
        toy_network(cancelling_module()), [start], VisualizationConfig(steps=6)
    )

    assert right.precision.used == "bfloat16"
    assert wrong.precision.used == "float32"
    assert torch.equal(wrong.image, full.image)
    assert torch.equal(wrong.opacity_map, full.opacity_map)


def test_the_record_says_what_was_asked_for_and_what_was_used() -> None:
    (made,) = accentuate(toy_network(cancelling_module()), [job()], COARSE)

    record = record_of(made)

    assert record["config"]["precision"] == "bfloat16"
    assert record["precision"] == asdict(made.precision)
    assert record["precision"]["used"] == "float32"


def test_tf32_is_refused_where_the_device_has_none() -> None:
    with pytest.raises(ConfigError, match=r"CUDA.*toy lies on cpu.*bfloat16"):
        accentuate(toy_network(), [job()], FULL.with_changes(precision="tf32"))
    with pytest.raises(ConfigError, match=r"CUDA.*toy lies on cpu.*bfloat16"):
        visualize(
            toy_network(),
            [VisualizationJob(feature=LINE, rng_seed=0)],
            VisualizationConfig(precision="tf32"),
        )


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(ConfigError, match="float32, tf32, bfloat16; got 'half'"):
        AccentuationConfig().with_changes(precision="half")


def test_float32_is_strict_where_torch_is_not_told_so(
    formats: list[tuple[torch.dtype, bool]],
) -> None:
    assert torch.backends.cudnn.allow_tf32  # torch's own default

    accentuate(with_module_before(Formats()), [job()], FULL)

    assert torch.backends.cudnn.allow_tf32
    is_blank_probe = 1  # layers are listed before the search
    assert not any(tf32 for _, tf32 in formats[is_blank_probe:])


def test_tf32_is_for_the_passes_of_later_steps_only(
    formats: list[tuple[torch.dtype, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flags alone: a CPU has no TF32."""
    monkeypatch.setattr(precision, "has_tf32", lambda _: True)
    config = FULL.with_changes(precision="tf32", steps=3, balance_draws=8)

    (made,) = accentuate(with_module_before(Formats()), [job()], config)

    allowed = [tf32 for _, tf32 in formats[1:]]
    assert made.precision.used == "tf32"
    # The seed image and the picture in each of three: the trial of the second step,
    # the second step itself and the third.
    assert sum(allowed) == 6
    assert not allowed[-1]


def test_the_network_keeps_its_weights_and_their_format() -> None:
    network = toy_network()
    before = {name: part.clone() for name, part in network.module.state_dict().items()}

    accentuate(network, [job()], COARSE)

    after = network.module.state_dict()
    assert all(torch.equal(before[name], part) for name, part in after.items())
    assert all(part.dtype == torch.float32 for part in after.values())
