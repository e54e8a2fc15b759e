"""What the peers' Python does around the peer: times, keeps, builds."""

import time
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.optim.optimizer import Optimizer
from torchvision.models import googlenet

from generator.benchmark.peer_runner import StepRecorder, WithLogits, build_network


def take_steps(value: Tensor, n_steps: int) -> None:
    """Move a value down by 1 in each step."""
    optimizer = torch.optim.SGD([value], lr=1.0)
    for _ in range(n_steps):
        value.grad = torch.ones_like(value)
        optimizer.step()


def test_picture_is_kept_after_the_steps_asked_for() -> None:
    value = torch.tensor([10.0], requires_grad=True)
    recorder = StepRecorder(is_cuda=False, keep_after={1, 3})
    recorder.decode = lambda _: value.detach().clone()

    with recorder:
        take_steps(value, 4)

    kept = {n_steps: float(picture) for n_steps, picture in recorder.pictures.items()}
    assert kept == {1: 9.0, 3: 7.0}
    assert len(recorder.step_seconds()) == 4


def test_keeping_a_picture_belongs_to_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def tick() -> float:
        clock[0] += 1
        return clock[0]

    def decode(_: Optimizer) -> Tensor:
        clock[0] += 1000
        return torch.zeros(1)

    monkeypatch.setattr(time, "perf_counter", tick)
    recorder = StepRecorder(is_cuda=False, keep_after={1, 2})
    recorder.decode = decode

    with recorder:
        take_steps(torch.tensor([10.0], requires_grad=True), 3)

    assert recorder.step_seconds() == [1, 1, 1]


def test_optimizers_are_watched_no_longer_than_the_recorder_lasts() -> None:
    recorder = StepRecorder(is_cuda=False, keep_after=set())

    with recorder:
        take_steps(torch.tensor([1.0], requires_grad=True), 2)
    take_steps(torch.tensor([1.0], requires_grad=True), 5)

    assert len(recorder.step_seconds()) == 2


def test_logits_become_a_layer_and_passes_are_counted() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Sequential(nn.Flatten()))
    model = WithLogits(network)
    crops = torch.rand(2, 3, 5, 5)

    logits = model(crops)

    assert torch.equal(logits, network(crops))
    assert model.n_passes == 1
    assert model.name_of("1.0") == "network_1_0"


def test_failed_pass_is_not_counted() -> None:
    model = WithLogits(nn.Conv2d(3, 4, 1))

    with pytest.raises(RuntimeError):
        model(torch.rand(2, 7, 5, 5))

    assert model.n_passes == 0


@pytest.mark.parametrize("has_heads", [False, True])
def test_network_is_built_as_the_weights_show(has_heads: bool, tmp_path: Path) -> None:
    source = googlenet(aux_logits=has_heads, init_weights=False, transform_input=True)
    torch.save(source.state_dict(), tmp_path / "state.pt")

    network = build_network(
        {"network": "googlenet", "state": tmp_path / "state.pt", "device": "cpu"}
    )

    view = torch.rand(1, 3, 64, 64)
    assert torch.equal(network(view), source.eval()(view))
    assert not any(weight.requires_grad for weight in network.parameters())
