"""Does the opacity map favor a part of the picture?"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig
from generator.features import FeatureId
from generator.verification.check import Bound, Measured, Rule
from generator.verification.subject import Subject

_STEPS, _DRAWS = 30, 8


class _MeanOfInput(nn.Module):
    """Responds alike to every place: the mean of what the network would get."""

    def __init__(self) -> None:
        super().__init__()
        self.pixels = nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        mean: Tensor = self.pixels(images).mean((1, 2, 3))[:, None]
        return mean


def _centre_to_corners(subject: Subject) -> Measured:
    network = replace(
        subject.network, module=_MeanOfInput().eval(), labels=("mean",), device="cpu"
    )
    config = AccentuationConfig(
        steps=_STEPS, draws_per_step=_DRAWS, balance_draws=1, regularization_weight=0
    )
    job = AccentuationJob(
        seed_image=subject.canvases[0],
        feature=FeatureId("logit", "0"),
        rng_seed=subject.rng_seed,
    )
    (made,) = accentuate(network, [job], config)
    raw = ratio(made.raw_map.mean(0))
    return Measured(
        value=ratio(made.opacity_map),
        detail=f"mean of the network's input; {_STEPS * _DRAWS} crops; "
        f"uncorrected {raw:.1f}",
    )


def ratio(map_: Tensor) -> float:
    """Mean of the central tenth of a map (H, W) over that of its corners."""
    high, wide = (max(1, side // 10) for side in map_.shape)
    top, left = (map_.shape[0] - high) // 2, (map_.shape[1] - wide) // 2
    centre = map_[top : top + high, left : left + wide].mean()
    corners = [
        map_[rows, columns].mean()
        for rows in (slice(high), slice(-high, None))
        for columns in (slice(wide), slice(-wide, None))
    ]
    return float(centre / torch.stack(corners).mean())


RULES = (
    Rule(
        id="opacity_map",
        target="Q6",
        sentence="The opacity map of an objective that is the same everywhere is value "
        "times as strong in the centre as in the corners.",
        bound=Bound(low=0.95, high=1.05),
        measure=_centre_to_corners,
    ),
)
