"""Networks whose attribution maps can be worked out by hand."""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from generator.networks import Network, Preprocessing

SIDE_PX = 16
LABELS = ("left", "right")


def as_network(module: nn.Module) -> Network:
    """A network that sees 16 × 16 pixels in the range -1 to 1: gray is 0."""
    return Network(
        name="hand_made",
        module=module.eval(),
        preprocessing=Preprocessing(
            input_px=SIDE_PX,
            resize_px=SIDE_PX,
            mean=(0.5, 0.5, 0.5),
            std=(0.5, 0.5, 0.5),
        ),
        labels=LABELS,
        weights_sha256="0" * 64,
    )


def linear_network(weights: Tensor, *, bias: float = 0.0) -> Network:
    """`logit:left` is the sum of weights (3, 16, 16) times pixels, plus a bias."""
    readout = nn.Linear(weights.numel(), 2)
    with torch.no_grad():
        readout.weight.zero_()
        readout.weight[0] = weights.flatten()
        readout.bias.fill_(bias)
    return as_network(nn.Sequential(nn.Flatten(), readout))


def red_minus_green_network(*, inplace: bool = False) -> Network:
    """`logit:left` is the mean of ReLU(red) minus twice the mean of ReLU(green)."""
    colors = nn.Conv2d(3, 2, 1, bias=False)
    readout = nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        colors.weight.copy_(torch.eye(3)[:2, :, None, None])
        readout.weight.copy_(torch.tensor([[1.0, -2.0], [0.0, 1.0]]))
    return as_network(
        nn.Sequential(
            OrderedDict[str, nn.Module](
                colors=colors,
                act=nn.ReLU(inplace=inplace),
                pool=nn.AdaptiveAvgPool2d(1),
                flat=nn.Flatten(),
                readout=readout,
            )
        )
    )


def canvas(*, rng_seed: int = 0, side_px: int = SIDE_PX) -> Tensor:
    """(3, side_px, side_px): independent pixels in multiples of 1/255."""
    rng = torch.Generator().manual_seed(rng_seed)
    return torch.randint(0, 256, (3, side_px, side_px), generator=rng) / 255


def weights(*, rng_seed: int = 1) -> Tensor:
    """(3, 16, 16) normal numbers."""
    rng = torch.Generator().manual_seed(rng_seed)
    return torch.randn(3, SIDE_PX, SIDE_PX, generator=rng)
