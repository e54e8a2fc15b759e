"""Units of work of a bundle that cannot be made."""

from dataclasses import replace
from pathlib import Path

import pytest
from torch import Tensor, nn

from generator.accentuation_job import AccentuationJob
from generator.bundles.made_pictures import PoisonedJobsError, make_accentuations
from generator.config import AccentuationConfig
from generator.features import FeatureId
from generator.jobs import WorkFolder
from tests.generator.tiny_world import make_network
from tests.generator.toy_network import picture


class NeverOpened(nn.Module):
    """Its only logit comes after a ReLU that no picture opens."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Conv2d(3, 3, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        seen: Tensor = self.look(pictures)
        return (seen.mean((1, 2, 3)) - 1e4).relu()[:, None]


def test_accentuations_without_gradient_are_all_named_and_none_is_kept(
    tmp_path: Path,
) -> None:
    network = replace(make_network(), module=NeverOpened(), labels=("brick",))
    feature = FeatureId("logit", "brick")
    jobs = [
        AccentuationJob(
            seed_image=picture(rng_seed=seed),
            feature=feature,
            rng_seed=0,
            name=f"sky/{seed}.png",
        )
        for seed in range(2)
    ]
    config = AccentuationConfig(
        steps=2, balance_draws=2, regularization_layers=("look",)
    )

    with pytest.raises(PoisonedJobsError) as caught:
        make_accentuations(
            network,
            jobs,
            config,
            work=WorkFolder(path=tmp_path),
            on_crops=lambda _: None,
        )

    for seed in range(2):
        assert f"accentuation of sky/{seed}.png for logit:brick" in str(caught.value)
    assert "gradient is exactly zero" in str(caught.value)
    assert not list(tmp_path.iterdir())
