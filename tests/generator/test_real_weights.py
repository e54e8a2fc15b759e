"""The method on real weights and a real photograph, in few steps."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.activation_levels import reach_levels
from generator.activations import feature_activations, strongest_logits
from generator.config import AccentuationConfig
from generator.features import Feature, FeatureId
from generator.goals.levels import Level
from generator.networks import Network, load_network
from generator.photographs import (
    from_picture,
    read_photograph,
    to_canvas,
    to_picture,
)

FEW = AccentuationConfig(steps=6, draws_per_step=2, balance_draws=8)


@pytest.fixture(scope="module")
def half_size(shared_data: Path) -> Network:
    """A network that looks at 112 pixels: it takes any number, and four times less
    work where a picture is measured on 64 crops again and again."""
    network = load_network(
        "mobilenet_v2", weights=shared_data / "weights/mobilenet_v2.safetensors"
    )
    preprocessing = replace(network.preprocessing, input_px=112, resize_px=128)
    return replace(network, preprocessing=preprocessing)


@pytest.mark.parametrize("name", ["mobilenet_v2", "squeezenet1_0"])
def test_a_beagle_turns_towards_a_tabby(shared_data: Path, name: str) -> None:
    network = load_network(name, weights=shared_data / f"weights/{name}.safetensors")
    photograph = read_photograph(shared_data / "images/beagle.jpg")
    canvas = to_canvas(photograph, network.preprocessing, 256)
    tabby = FeatureId("logit", "tabby")

    (made,) = accentuate(
        network,
        [AccentuationJob(seed_image=canvas, feature=tabby, rng_seed=0)],
        FEW,
    )

    assert strongest_logits(network, canvas)[0] == FeatureId("logit", "beagle")
    assert made.activation_after > made.activation_before + 1
    assert made.ssim > 0.8


@pytest.mark.parametrize("budget", ["latent_relative=0.12", "ssim=0.015"])
def test_a_beagle_stays_within_its_budget(
    shared_data: Path, half_size: Network, budget: str
) -> None:
    photograph = read_photograph(shared_data / "images/beagle.jpg")
    canvas = to_canvas(photograph, half_size.preprocessing, 128)
    config = FEW.with_changes(steps=20, distance_budget=budget)
    job = AccentuationJob(
        seed_image=canvas, feature=FeatureId("logit", "tabby"), rng_seed=0
    )

    (made,) = accentuate(half_size, [job], config)

    assert made.flag is None
    assert made.budget is not None
    assert made.budget.distance == pytest.approx(made.budget.asked.distance, rel=0.05)
    assert made.activation_after > made.activation_before
    if made.budget.asked.kind == "ssim":
        assert 1 - made.ssim == pytest.approx(0.015, rel=0.05)


def test_a_beagle_meets_eleven_levels_of_tabby(
    shared_data: Path, half_size: Network
) -> None:
    network = half_size
    tabby: Feature = FeatureId("logit", "tabby")
    canvases = torch.stack(
        [
            to_canvas(read_photograph(path), network.preprocessing, 128)
            for path in sorted((shared_data / "images").glob("*.jpg"))
        ]
    )
    natural = feature_activations(network, canvases, [tabby])[:, 0].numpy()
    beagle = to_canvas(
        read_photograph(shared_data / "images/beagle.jpg"), network.preprocessing, 128
    )
    start = feature_activations(network, beagle[None], [tabby]).item()
    # In so few steps the search comes about one unit far, either way.
    levels = [Level(kind="value", amount=start + step / 8) for step in range(-5, 6)]

    ((*made,),) = reach_levels(
        network,
        [AccentuationJob(seed_image=beagle, feature=tabby, rng_seed=0)],
        FEW.with_changes(steps=20),
        levels,
        {tabby: natural},
    )

    assert len(made) == 11
    for one in made:
        assert one.target is not None
        assert one.target.error <= 0.01
        saved = from_picture(to_picture(one.image))
        again = feature_activations(network, saved[None], [tabby]).item()
        assert again == pytest.approx(one.target.achieved, abs=1e-4)
