"""Several networks as one: each sees its own view, features name their network."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.config import AccentuationConfig
from generator.errors import NetworkError
from generator.feature_text import parse_feature
from generator.features import FeatureId
from generator.joined_networks import join_networks
from generator.networks import Network
from tests.generator.toy_network import picture, toy_module, toy_network


def other_network() -> Network:
    """As the toy, but it sees 24 pixels, otherwise normalized, and other weights."""
    module = toy_module()
    with torch.no_grad():
        module.conv1.weight.mul_(-1)
    toy = toy_network(module)
    preprocessing = replace(toy.preprocessing, input_px=24, mean=(0.2, 0.3, 0.4))
    return replace(toy, name="other-toy", preprocessing=preprocessing)


def test_each_member_answers_as_it_does_alone() -> None:
    toy, other = toy_network(), other_network()
    joined = join_networks([toy, other])
    images = picture(24, 24)[None]
    names = ["toy/logit:wave", "other_toy/logit:wave", "other_toy/conv2:3"]
    wave, channel = FeatureId("logit", "wave"), FeatureId("conv2", "3")

    found = feature_activations(joined, images, [parse_feature(n) for n in names])[0]

    assert found[0] == pytest.approx(float(feature_activations(toy, images, [wave])))
    alone = feature_activations(other, images, [wave, channel])[0]
    assert found[1:].tolist() == pytest.approx(alone.tolist(), abs=1e-6)


def test_two_networks_can_be_set_against_each_other() -> None:
    joined = join_networks([toy_network(), other_network()])
    feature = parse_feature("toy/logit:wave - other_toy/logit:wave")
    config = AccentuationConfig(steps=6, draws_per_step=2, balance_draws=8)
    job = AccentuationJob(seed_image=picture(30, 30), feature=feature, rng_seed=0)

    (made,) = accentuate(joined, [job], config)

    assert made.activation_after > made.activation_before


def test_two_networks_of_one_name_cannot_be_joined() -> None:
    with pytest.raises(NetworkError, match="different names"):
        join_networks([toy_network(), toy_network()])


class AnswersWithMore(nn.Module):
    """A toy that gives its logits by name, after something else."""

    def __init__(self) -> None:
        super().__init__()
        self.toy = toy_module()

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        return {"mean": images.mean((2, 3)), "logits": self.toy(images)}


def test_a_member_may_give_its_logits_by_name() -> None:
    more = replace(toy_network(AnswersWithMore()), name="more")
    joined = join_networks([toy_network(), more])
    features = [parse_feature(f"{name}/logit:wave") for name in ("toy", "more")]

    found = feature_activations(joined, picture()[None], features)[0]

    assert found[0] == found[1]
