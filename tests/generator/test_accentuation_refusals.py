"""Jobs and settings that are refused before any search."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig
from generator.errors import ConfigError, FeatureNotFoundError
from generator.features import FeatureId
from tests.generator.toy_jobs import FEW, job
from tests.generator.toy_network import picture, toy_network


def test_an_unknown_label_is_refused_before_any_search() -> None:
    steps: list[int] = []

    with pytest.raises(FeatureNotFoundError, match="close names: line"):
        accentuate(
            toy_network(),
            [job(), job(feature=FeatureId("logit", "lines"))],
            FEW,
            on_crops=steps.append,
        )

    assert not steps


def test_a_seed_image_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ConfigError, match="seed image"):
        accentuate(
            toy_network(), [replace(job(), seed_image=torch.zeros(1, 20, 20))], FEW
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": 0},
        {"learning_rate": 0.0},
        {"crop_range": (0.9, 0.5)},
        {"crop_range": (0.0, 0.5)},
        {"parameterization": "wavelet"},
        {"regularization_weight": -1.0},
        {"regularization_weight": float("inf")},
        {"learning_rate": float("inf")},
        {"canvas_px": 4},
        {"stps": 3},
    ],
)
def test_a_setting_out_of_range_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        AccentuationConfig().with_changes(**changes)


def test_presets_have_names() -> None:
    assert AccentuationConfig.preset("default") == AccentuationConfig()
    assert AccentuationConfig.preset("faccent").steps == 98
    with pytest.raises(ConfigError, match="starts from noise"):
        AccentuationConfig.preset("xplique_maco")


@pytest.mark.parametrize(
    ("seed_image", "message"),
    [
        ((picture() * 255).byte(), "floats from 0 to 1; got torch.uint8"),
        (picture() * 255, "values from 0 to 1"),
        (picture() - 0.5, "values from 0 to 1"),
        (picture() * float("nan"), "values from nan to nan"),
    ],
)
def test_a_seed_image_in_another_range_is_refused(
    seed_image: Tensor, message: str
) -> None:
    job = AccentuationJob(
        seed_image=seed_image, feature=FeatureId("logit", "1"), rng_seed=0
    )

    with pytest.raises(ConfigError, match=message):
        job.check()
