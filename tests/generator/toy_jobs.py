"""Quick jobs on the toy network, and a feature of it that is dead."""

import torch
from torch import Tensor, nn

from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig
from generator.features import FeatureId
from tests.generator.toy_network import picture, toy_module

FEW = AccentuationConfig(steps=6, balance_draws=16)
LINE = FeatureId("logit", "line")


def job(
    rng_seed: int = 0, feature: FeatureId = LINE, side: int = 20
) -> AccentuationJob:
    return AccentuationJob(
        seed_image=picture(side, side, rng_seed=rng_seed),
        feature=feature,
        rng_seed=rng_seed,
        name=f"picture {rng_seed}",
    )


class DeadLogit(nn.Module):
    """Logit `line` comes after a ReLU that no picture opens."""

    def __init__(self) -> None:
        super().__init__()
        self.body = toy_module()

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.body(x)
        shift = torch.tensor([100.0, -100.0, 100.0, 100.0])
        return (logits + shift).relu()
