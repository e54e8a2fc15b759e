"""Pooling before the ReLU: allowed where nobody can tell."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from generator.search.early_pooling import pool_early, poolings_after_relu

Rectify = Callable[[Tensor], Tensor]

RECTIFIERS: dict[str, Rectify] = {
    "relu": torch.relu,
    "relu in place": functional.relu_,
    "relu6": functional.relu6,
    "relu6 in place": lambda seen: functional.relu6(seen, inplace=True),
}


class Small(nn.Module):
    """Convolution, a rectifier, pooling, and another convolution."""

    def __init__(self, rectify: Rectify = torch.relu) -> None:
        super().__init__()
        self.rectify = rectify
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.pool = nn.MaxPool2d(3, 2, padding=1, ceil_mode=True)
        self.second = nn.Conv2d(6, 4, 3)

    def between(self, seen: Tensor) -> Tensor:
        """What is pooled."""
        return self.rectify(seen)

    def forward(self, pictures: Tensor) -> Tensor:
        answer: Tensor = self.second(self.pool(self.between(self.first(pictures))))
        return answer


class ReadTwice(Small):
    """The rectified answer is pooled, and read beside."""

    def forward(self, pictures: Tensor) -> Tensor:
        seen = self.between(self.first(pictures))
        answer: Tensor = self.second(self.pool(seen)) + seen.mean()
        return answer


class ReadBefore(Small):
    """The answer is read before it is rectified."""

    def forward(self, pictures: Tensor) -> Tensor:
        seen = self.first(pictures)
        answer: Tensor = self.second(self.pool(self.between(seen))) + seen.mean()
        return answer


class CalledTwice(Small):
    """One pooling serves two."""

    def forward(self, pictures: Tensor) -> Tensor:
        seen = self.pool(self.between(self.first(pictures)))
        answer: Tensor = self.second(self.pool(seen))
        return answer


class Wrapped(Small):
    """Convolution and ReLU in a module of their own, as in many networks."""

    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Sequential(self.first, nn.ReLU())
        del self.first

    def forward(self, pictures: Tensor) -> Tensor:
        answer: Tensor = self.second(self.pool(self.block(pictures)))
        return answer


def pictures() -> Tensor:
    chance = torch.Generator().manual_seed(0)
    return torch.randn(2, 3, 17, 20, generator=chance)


def gradient(module: nn.Module) -> Tensor:
    leaf = pictures().requires_grad_()
    return torch.autograd.grad(module(leaf).square().sum(), leaf)[0]


@pytest.mark.parametrize("name", RECTIFIERS)
def test_answers_and_gradients_stay_the_same(name: str) -> None:
    module = Small(RECTIFIERS[name])
    with torch.no_grad():
        module.first.weight *= 20  # so that many values reach the rectifier's ceiling
    moved = copy.deepcopy(module)

    for pair in poolings_after_relu(module, pictures(), kept=()):
        pool_early(moved, *pair)

    assert isinstance(moved.pool, nn.Identity)
    assert torch.equal(moved(pictures()), module(pictures()))
    assert torch.equal(gradient(moved), gradient(module))


@pytest.mark.parametrize("module", [ReadTwice(), ReadBefore(), CalledTwice()])
def test_what_somebody_else_reads_is_pooled_where_it_was(module: nn.Module) -> None:
    assert poolings_after_relu(module, pictures(), kept=()) == []


def test_functions_that_fall_are_not_overtaken() -> None:
    module = Small(lambda seen: torch.relu(-seen))

    assert poolings_after_relu(module, pictures(), kept=()) == []


def test_poolings_that_also_tell_places_stay() -> None:
    module = Small()
    module.pool = nn.MaxPool2d(2, return_indices=True)
    module.second = nn.Identity()  # type: ignore[assignment]

    assert poolings_after_relu(module, pictures(), kept=()) == []


@pytest.mark.parametrize("kept", ["block", "block.0", "block.1"])
def test_layers_looked_at_keep_their_answers(kept: str) -> None:
    assert poolings_after_relu(Wrapped(), pictures(), kept=[kept]) == []


def test_the_pooled_layer_itself_may_be_looked_at() -> None:
    found = poolings_after_relu(Wrapped(), pictures(), kept=["pool", "second"])

    assert found == [("block.0", "pool")]
