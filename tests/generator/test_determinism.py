"""Deterministic mode: the same bytes alone, in any company and in any order."""

import os

import pytest
import torch
from torch import Tensor, nn

from generator.accentuation import Accentuation, accentuate
from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig, VisualizationConfig
from generator.determinism import reproducible
from generator.errors import ConfigError, OutOfMemoryError
from generator.features import FeatureId
from generator.networks import Network
from generator.search.packing import jobs_per_pass
from generator.visualization import VisualizationJob, visualize
from tests.generator.toy_network import LABELS, picture, toy_network

EXACT = AccentuationConfig(steps=8, balance_draws=16, deterministic=True)


def rectified_network() -> Network:
    """Wide layers with ReLUs: kernels that round by the shape of the batch."""
    rng = torch.Generator().manual_seed(3)
    module = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.Conv2d(32, 64, 3, stride=2),
        nn.ReLU(inplace=True),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, len(LABELS)),
    )
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn(weight.shape, generator=rng) * 0.1)
    return toy_network(module)


def some_jobs() -> list[AccentuationJob]:
    return [
        AccentuationJob(
            seed_image=picture(rng_seed=number),
            feature=FeatureId("logit", LABELS[number]),
            rng_seed=0,
        )
        for number in range(3)
    ]


def bits(made: Accentuation) -> list[bytes]:
    arrays = (made.image, made.opacity_map, made.raw_map, made.coverage)
    numbers = torch.tensor(
        [made.activation_after, made.balance, made.latent_distance, made.ssim]
    )
    return [array.numpy().tobytes() for array in (*arrays, numbers)]


def test_a_job_has_the_same_bytes_alone_in_any_batch_and_order() -> None:
    network, jobs = rectified_network(), some_jobs()

    together = [bits(made) for made in accentuate(network, jobs, EXACT)]
    backwards = [bits(made) for made in accentuate(network, jobs[::-1], EXACT)][::-1]
    alone = [bits(accentuate(network, [one], EXACT)[0]) for one in jobs]

    assert together == backwards == alone


def test_visualizations_have_the_same_bytes_alone_and_together() -> None:
    network = rectified_network()
    config = VisualizationConfig(steps=10, canvas_px=20, deterministic=True)
    jobs = [VisualizationJob(feature=FeatureId("2", "5"), rng_seed=i) for i in range(3)]

    together = visualize(network, jobs, config)
    alone = [visualize(network, [one], config)[0] for one in jobs]

    for one, other in zip(together, alone, strict=True):
        assert torch.equal(one.image, other.image)


def test_each_job_has_passes_of_its_own() -> None:
    usual = EXACT.with_changes(deterministic=False)

    assert jobs_per_pass(toy_network(), EXACT) == 1
    assert jobs_per_pass(toy_network(), usual) > 1


def switches() -> list[object]:
    return [
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.get_float32_matmul_precision(),
        torch.backends.cudnn.deterministic,
        torch.backends.cudnn.benchmark,
        torch.backends.cudnn.allow_tf32,
        os.environ.get("CUBLAS_WORKSPACE_CONFIG"),
    ]


@pytest.mark.parametrize("interrupt", [None, KeyboardInterrupt])
def test_torch_is_set_inside_and_put_back_afterwards(
    interrupt: type[BaseException] | None,
) -> None:
    before = switches()
    inside: list[object] = []

    def on_crops(_: int) -> None:
        inside[:] = switches()
        if interrupt is not None:
            raise interrupt

    if interrupt is None:
        accentuate(toy_network(), some_jobs(), EXACT, on_crops=on_crops)
    else:
        with pytest.raises(interrupt):
            accentuate(toy_network(), some_jobs(), EXACT, on_crops=on_crops)

    assert inside[:6] == [True, False, "highest", True, False, False]
    assert switches() == before


def test_unwanted_it_changes_nothing() -> None:
    before = switches()

    with reproducible(False):
        assert switches() == before


def test_an_operation_without_a_deterministic_way_is_refused() -> None:
    def refuse() -> None:
        with reproducible(True):
            raise RuntimeError("foo_cuda does not have a deterministic implementation")

    with pytest.raises(ConfigError, match=r"foo_cuda.*Leave `deterministic` off"):
        refuse()


def test_other_errors_pass_through() -> None:
    def fail() -> None:
        with reproducible(True):
            raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        fail()


class Full(nn.Module):
    """Has room for three crops, once it has been probed."""

    def forward(self, x: Tensor) -> Tensor:
        if len(x) > 3:
            raise torch.OutOfMemoryError("out of memory")
        return x.mean((2, 3))


def test_smaller_passes_are_refused_because_they_round_differently() -> None:
    network = toy_network(nn.Sequential(nn.Conv2d(3, 4, 3), Full()))

    with pytest.raises(OutOfMemoryError, match="deterministic"):
        accentuate(network, some_jobs()[:1], EXACT)
