"""A network that runs out of memory, or out of numbers, when it is told to.

Named to the command line as `tests.generator.bundles.moody_network:network`; the mood
is an environment variable, so that it reaches other processes too.
"""

import os
from collections import OrderedDict

import torch
from torch import Tensor, nn

from generator.networks import Network, Preprocessing
from tests.generator.sick_network import spoil
from tests.generator.tiny_world import CLASSES

NAME = "tests.generator.bundles.moody_network:network"
ROOM = "MOODY_ROOM_CROPS"
"""Most crops that fit into a pass with gradients."""

SICK = "MOODY_SICK_LABEL"
"""Label whose logit sends back what is no number."""


class Room(nn.Module):
    """Leaves activations as they are, if there are not too many."""

    def forward(self, seen: Tensor) -> Tensor:
        room = int(os.environ.get(ROOM, "1000"))
        if seen.requires_grad and len(seen) > room:
            raise torch.OutOfMemoryError("simulated: out of memory")
        return seen * 1


class Logits(nn.Linear):
    """One of which may be sick."""

    def forward(self, pooled: Tensor) -> Tensor:
        logits = super().forward(pooled)
        label = os.environ.get(SICK)
        if label is None:
            return logits
        return spoil(logits, CLASSES.index(label))


def network() -> Network:
    """Sees 16 x 16 pixels, smooth, with fixed weights."""
    module = nn.Sequential(
        OrderedDict[str, nn.Module](
            conv1=nn.Conv2d(3, 4, 3, stride=2, padding=1),
            act1=nn.SiLU(),
            room=Room(),
            conv2=nn.Conv2d(4, 6, 3, padding=1),
            pool=nn.AdaptiveAvgPool2d(1),
            flat=nn.Flatten(),
            logits=Logits(6, len(CLASSES)),
        )
    )
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn(weight.shape, generator=rng) * 0.5)
    return Network(
        name="moody",
        module=module.eval(),
        preprocessing=Preprocessing(
            input_px=16, resize_px=16, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25)
        ),
        labels=CLASSES,
        weights_sha256="1" * 64,
    )
