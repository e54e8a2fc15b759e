"""Which jobs may share a batch: those whose results then do not depend on it."""

from dataclasses import replace

import torch
from torch import Tensor, nn

from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig
from generator.features import FeatureId
from generator.networks import Network, Preprocessing
from generator.search.preparation import batches


class TwoConvolutions(nn.Module):
    def __init__(self, *, has_norm: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3)
        self.norm: nn.Module = nn.BatchNorm2d(4) if has_norm else nn.ReLU()
        self.second = nn.Conv2d(4, 5, 3)

    def forward(self, pictures: Tensor) -> Tensor:
        passed: Tensor = self.second(self.norm(self.first(pictures))).mean((2, 3))
        return passed


def sizes_of(layers: list[str], *, has_norm: bool) -> list[int]:
    """Jobs in each batch, one job for each layer named."""
    sees = Preprocessing(input_px=32, resize_px=32, mean=(0.5,) * 3, std=(0.2,) * 3)
    network = Network(
        name="two convolutions",
        module=TwoConvolutions(has_norm=has_norm).eval(),
        preprocessing=sees,
        weights_sha256="",
    )
    job = AccentuationJob(
        seed_image=torch.rand(3, 32, 32), feature=FeatureId("norm", "0"), rng_seed=0
    )
    jobs = [replace(job, feature=FeatureId(layer, "0")) for layer in layers]
    config = AccentuationConfig(regularization_layers=("norm",))
    return [len(batch) for batch in batches(network, jobs, config)]


def test_a_job_that_keeps_a_batch_norm_from_being_folded_stays_apart() -> None:
    assert sizes_of(["norm", "second", "norm"], has_norm=True) == [2, 1]


def test_jobs_of_different_layers_share_a_batch_elsewhere() -> None:
    assert sizes_of(["norm", "second", "norm"], has_norm=False) == [3]
