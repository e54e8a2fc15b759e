"""A job ends the same in any company, and leaves everything else alone."""

import hashlib
import io
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from generator.accentuation import Accentuation, accentuate
from generator.config import AccentuationConfig
from generator.features import FeatureId
from generator.photographs import to_picture
from tests.generator.toy_jobs import FEW, LINE, DeadLogit, job
from tests.generator.toy_network import toy_network


def file_hash(made: Accentuation) -> str:
    buffer = io.BytesIO()
    to_picture(made.image).save(buffer, "png")
    return hashlib.sha256(buffer.getvalue()).hexdigest()


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
