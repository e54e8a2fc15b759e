"""The method on real weights and a real photograph, in few steps."""

from pathlib import Path

import pytest

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.activations import strongest_logits
from generator.config import AccentuationConfig
from generator.features import FeatureId
from generator.networks import load_network
from generator.photographs import read_photograph, to_canvas

FEW = AccentuationConfig(steps=6, draws_per_step=2, balance_draws=8)


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
