"""A module's fingerprint changes with what its answers depend on, and else does not."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from generator.search.fingerprint import fingerprint


class Small(nn.Module):
    shift: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 2, 1)
        self.act: Callable[..., Tensor] = functional.relu
        self.register_buffer("shift", torch.zeros(3), persistent=False)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.act(self.layer(pictures + self.shift[:, None, None]))


def weights(module: Small) -> None:
    module.layer.weight.data.mul_(2)


def setting(module: Small) -> None:
    module.layer.padding = (1, 1)


def function(module: Small) -> None:
    module.act = functional.silu


def buffer(module: Small) -> None:
    module.shift += 1


def part(module: Small) -> None:
    module.layer = nn.Sequential(module.layer)  # type: ignore[assignment]


@pytest.mark.parametrize("change", [weights, setting, function, buffer, part])
def test_it_changes_with_a_module(change: Callable[[Small], None]) -> None:
    module = Small()
    before = fingerprint(module)

    change(module)

    assert fingerprint(module) != before


def test_looking_changes_nothing() -> None:
    module = Small()
    before = fingerprint(module)

    module(torch.rand(1, 3, 4, 4))

    assert fingerprint(module) == before
