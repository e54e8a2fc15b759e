"""A toy network of which one logit has no gradient that is a number."""

from typing import Any

import torch
from torch import Tensor, nn

from generator.networks import Network
from tests.generator.toy_network import LABELS, toy_module, toy_network


class _Spoil(torch.autograd.Function):
    """Leaves logits as they are; spoils what one of them sends back."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, sick: int) -> Tensor:
        ctx.sick = sick
        return logits.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        found = gradients[0].clone()
        own = found[:, ctx.sick]
        found[:, ctx.sick] = torch.where(own == 0, own, torch.nan)
        return found, None


def spoil(logits: Tensor, sick: int) -> Tensor:
    """(B, n) logits as they are, of which one sends back what is no number."""
    found: Tensor = _Spoil.apply(logits, sick)
    return found


class SickModule(nn.Module):
    """The toy module, with a sick logit."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.toy = toy_module()
        self.label = label

    def forward(self, pictures: Tensor) -> Tensor:
        return spoil(self.toy(pictures), LABELS.index(self.label))


def sick_network(label: str) -> Network:
    """The toy network; gradients of one logit are not numbers."""
    return toy_network(SickModule(label))
