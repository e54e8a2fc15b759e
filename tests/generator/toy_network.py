"""Small networks made on the spot, with weights from a generator of their own."""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from generator.networks import Network, Preprocessing

LABELS = ("dot", "line", "wave", "grid")
INPUT_PX = 16


class ToyModule(nn.Sequential):
    """Two convolutions and a readout, smooth."""

    conv1: nn.Conv2d
    act1: nn.Tanh
    conv2: nn.Conv2d
    act2: nn.Tanh
    readout: nn.Linear

    def __init__(self) -> None:
        super().__init__(
            OrderedDict[str, nn.Module](
                conv1=nn.Conv2d(3, 6, 3, stride=2, padding=1),
                act1=nn.Tanh(),
                conv2=nn.Conv2d(6, 8, 3, stride=2, padding=1),
                act2=nn.Tanh(),
                pool=nn.AdaptiveAvgPool2d(1),
                flat=nn.Flatten(),
                readout=nn.Linear(8, len(LABELS)),
            )
        )


def toy_module() -> ToyModule:
    """A toy with fixed weights."""
    module = ToyModule()
    rng = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for weight in module.parameters():
            fan_in = max(1, weight[0].numel())
            weight.copy_(torch.randn(weight.shape, generator=rng) / fan_in**0.5)
    return module


class Offset(nn.Module):
    """Adds 1000 and takes it away again, which costs bfloat16 all digits."""

    def forward(self, seen: Tensor) -> Tensor:
        return seen + 1000.0 - 1000.0


def cancelling_module() -> ToyModule:
    """A toy that bfloat16 gets right up to its first layers, and wrong after them."""
    module = toy_module()
    module.act2 = nn.Sequential(Offset(), nn.Tanh())  # type: ignore[assignment]
    return module


def toy_network(module: nn.Module | None = None) -> Network:
    """A network that sees 16 × 16 pixels and knows four labels."""
    return _seeing_network("toy", toy_module() if module is None else module, LABELS)


def drawn_network(
    name: str, module: nn.Module, *, labels: tuple[str, ...], rng_seed: int
) -> Network:
    """A network that sees 16 × 16 pixels, with every weight drawn at random."""
    rng = torch.Generator().manual_seed(rng_seed)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn(weight.shape, generator=rng) * 0.5)
    return _seeing_network(name, module, labels)


def _seeing_network(name: str, module: nn.Module, labels: tuple[str, ...]) -> Network:
    return Network(
        name=name,
        module=module.eval(),
        preprocessing=Preprocessing(
            input_px=INPUT_PX,
            resize_px=INPUT_PX,
            mean=(0.5, 0.5, 0.5),
            std=(0.25, 0.25, 0.25),
        ),
        labels=labels,
        weights_sha256="0" * 64,
    )


def picture(height: int = 20, width: int = 20, *, rng_seed: int = 0) -> Tensor:
    """(3, H, W): a smooth random picture with values in [0.1, 0.9]."""
    rng = torch.Generator().manual_seed(rng_seed)
    coarse = torch.rand(1, 3, 5, 5, generator=rng)
    smooth = nn.functional.interpolate(coarse, size=(height, width), mode="bilinear")
    return 0.1 + 0.8 * smooth[0]
