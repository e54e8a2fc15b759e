"""What an accentuation is, on a small network."""

from dataclasses import replace
from typing import get_args

import pytest
import torch

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.config import AccentuationConfig, CropLaw, ParameterizationName
from generator.features import FeatureId
from generator.photographs import from_picture, to_picture
from tests.generator.toy_jobs import FEW, LINE, job
from tests.generator.toy_network import picture, toy_module, toy_network


@pytest.mark.parametrize("name", get_args(ParameterizationName))
@pytest.mark.parametrize("law", get_args(CropLaw))
def test_the_activation_rises_with_every_parameterization_and_crop_law(
    name: ParameterizationName, law: CropLaw
) -> None:
    config = FEW.with_changes(steps=15, parameterization=name, crop_law=law)

    (made,) = accentuate(toy_network(), [job()], config)

    assert made.activation_after > made.activation_before
    assert 0 < made.ssim < 1
    assert made.latent_distance > 0
    assert made.balance > 0


@pytest.mark.parametrize("feature", ["conv2:3", "logit:2", "act1:0"])
def test_channels_and_logits_can_be_accentuated(feature: str) -> None:
    config = FEW.with_changes(steps=15)

    (made,) = accentuate(toy_network(), [job(feature=FeatureId.parse(feature))], config)

    assert made.activation_after > made.activation_before


@pytest.mark.parametrize(("height", "width"), [(19, 19), (20, 27), (27, 20)])
def test_canvases_of_odd_and_unequal_sides_work(height: int, width: int) -> None:
    seed = replace(job(), seed_image=picture(height, width))

    (made,) = accentuate(toy_network(), [seed], FEW)

    assert made.image.shape == (3, height, width)
    assert made.opacity_map.shape == made.coverage.shape == (height, width)


def test_the_reported_activation_is_that_of_the_saved_picture() -> None:
    network = toy_network()

    (made,) = accentuate(network, [job()], FEW)

    saved = from_picture(to_picture(made.image))
    again = feature_activations(network, saved[None], [LINE]).item()
    assert made.activation_after == pytest.approx(again, abs=1e-6)


def test_without_weight_the_picture_goes_farther_from_the_seed_image() -> None:
    config = FEW.with_changes(steps=30)

    held, free = (
        accentuate(
            toy_network(), [job()], config.with_changes(regularization_weight=weight)
        )[0]
        for weight in (3.0, 0.0)
    )

    assert held.latent_distance < free.latent_distance
    assert free.regularization_weight == 0


def test_a_search_of_hardly_any_step_gives_the_seed_image_back() -> None:
    config = FEW.with_changes(steps=1, learning_rate=1e-9)
    black_and_white = torch.zeros(3, 20, 20)
    black_and_white[:, 10:] = 1

    (made,) = accentuate(
        toy_network(), [replace(job(), seed_image=black_and_white)], config
    )

    assert torch.equal(made.image, black_and_white)
    assert made.ssim == pytest.approx(1)
    assert made.latent_distance == 0


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_networks_of_any_number_format_can_be_climbed(dtype: torch.dtype) -> None:
    network = toy_network(toy_module().to(dtype))
    job = AccentuationJob(
        seed_image=picture(), feature=FeatureId("conv2", "1"), rng_seed=0
    )

    (made,) = accentuate(network, [job], AccentuationConfig(steps=8, balance_draws=8))

    assert made.activation_after > made.activation_before
    assert made.raw_map.dtype == torch.float32
