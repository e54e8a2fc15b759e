"""A network whose circuits are known: each color has a path of its own to a unit."""

from collections import OrderedDict

import numpy as np
import torch
from torch import Tensor, nn

from generator.circuits.case import Case, Shown
from generator.features import FeatureId
from generator.networks import Network, Preprocessing

PX = 16
UNIT = FeatureId("logit", "any color")
RED, GREEN, BLUE = range(3)


class TwoPaths(nn.Sequential):
    """Channels 0-3 see red, 4-7 green, 8-11 blue; one logit adds them all up."""

    colors: nn.Conv2d
    mixed: nn.Conv2d
    readout: nn.Linear

    def __init__(self) -> None:
        super().__init__(
            OrderedDict[str, nn.Module](
                colors=nn.Conv2d(3, 12, 1, bias=False),
                act1=nn.ReLU(inplace=True),
                mixed=nn.Conv2d(12, 12, 1, bias=False),
                act2=nn.ReLU(inplace=True),
                pool=nn.AdaptiveAvgPool2d(1),
                flat=nn.Flatten(),
                readout=nn.Linear(12, 2, bias=False),
            )
        )


def two_path_network() -> Network:
    """Paths of four channels each; the second layer hands every channel on."""
    module = TwoPaths()
    strengths = torch.tensor([0.4, 0.6, 0.8, 1.0])
    with torch.no_grad():
        module.colors.weight.zero_()
        for color in range(3):
            rows = slice(4 * color, 4 * color + 4)
            module.colors.weight[rows, color, 0, 0] = strengths
        module.mixed.weight.copy_(torch.eye(12)[:, :, None, None])
        module.readout.weight.fill_(1.0)
    return Network(
        name="two paths",
        module=module.eval(),
        preprocessing=Preprocessing(
            input_px=PX, resize_px=PX, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)
        ),
        labels=("any color", "same"),
        weights_sha256="0" * 64,
    )


def colored(color: int, n: int, *, rng_seed: int = 0) -> Tensor:
    """(n, 3, 16, 16): textures of one color with a trace of the others."""
    rng = np.random.default_rng([rng_seed, color])
    trace = rng.uniform(0, 0.05, (n, 3, PX, PX))
    trace[:, color] = rng.uniform(0.3, 0.9, (n, PX, PX))
    return torch.from_numpy(trace.astype(np.float32))


def shown(images: Tensor) -> Shown:
    """Matched pictures; the i-th has the i-th start."""
    n = len(images)
    return Shown(
        images=images,
        names=[f"{i}.png" for i in range(n)],
        starts=list(range(n)),
        activations=np.ones(n),
        is_matched=[True] * n,
    )


def case(
    *, feature: FeatureId = UNIT, layers: tuple[str, ...] = ("act1", "act2")
) -> Case:
    """Photographs are red, other features' green; accentuations red, adversarials blue.

    Their seed images are green.
    """
    return Case(
        feature=feature,
        layers={name: index for index, name in enumerate(layers)},
        level=1.0,
        pictures={
            "natural": shown(colored(RED, 6)),
            "seed_image": shown(colored(GREEN, 3, rng_seed=1)),
            "accentuation": shown(colored(RED, 3, rng_seed=2)),
            "adversarial": shown(colored(BLUE, 3)),
        },
        other=colored(GREEN, 5),
        lower={"percentile_50": colored(RED, 4, rng_seed=3)},
        n_bootstrap=200,
        rng_seed=0,
    )
