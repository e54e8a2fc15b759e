"""Every objective on many untrained architectures: layouts, reuse, tokens."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import pytest
import torch
import torchvision
from torch import Tensor, nn

from generator.accentuation import Accentuation, accentuate
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.config import AccentuationConfig
from generator.directions.direction import unit_direction
from generator.feature_text import parse_feature
from generator.features import CallableFeature, Feature, FeatureId
from generator.layers import LayerInfo, Layout, check_layer
from generator.networks import Network, Preprocessing, load_network
from generator.zoo.weights import built_at_random, state_sha256
from tests.generator.toy_network import picture

CONFIG = AccentuationConfig(
    steps=3,
    learning_rate=0.2,
    draws_per_step=1,
    balance_draws=1,
    pictures_per_pass=16,
    regularization_weight=0.1,
)


class Architecture(NamedTuple):
    """One network, and what its author's code says about it."""

    name: str

    input_px: int
    """Small pictures are quick."""

    held: str
    """The layer that the rule for the default penalty must choose."""

    layer: str
    """Where channels, neurons and directions are taken."""

    n_channels: int
    layout: Layout
    n_prefix_tokens: int = 0

    for_input: Callable[[], nn.Module] | None = None
    """Builds it for pictures of that size. None: it takes them as it is."""


ARCHITECTURES = [
    Architecture("googlenet", 96, "maxpool2", "inception3a", 256, "NCHW"),
    Architecture("alexnet", 96, "features.2", "features.6", 384, "NCHW"),
    Architecture("vgg16_bn", 64, "features.23", "features.24", 512, "NCHW"),
    Architecture("resnet50", 64, "layer2", "layer3.0.relu@0", 256, "NCHW"),
    Architecture(
        "densenet121",
        64,
        "features.transition1",
        "features.denseblock2.denselayer1",
        32,
        "NCHW",
    ),
    Architecture("efficientnet_b0", 64, "features.3", "features.4", 80, "NCHW"),
    Architecture("mobilenet_v3_small", 64, "features.2", "features.4", 40, "NCHW"),
    Architecture("convnext_tiny", 64, "features.2", "features.3", 192, "NCHW"),
    Architecture("shufflenet_v2_x0_5", 64, "stage2", "stage3.0.branch2.3", 48, "NCHW"),
    Architecture("squeezenet1_0", 64, "features.6", "features.7", 256, "NCHW"),
    Architecture("swin_t", 64, "features.2", "features.3", 192, "NHWC"),
    Architecture(
        "vit_b_16",
        64,
        "encoder.layers.encoder_layer_2",
        "encoder.layers.encoder_layer_2",
        768,
        "NLC",
        1,
        partial(torchvision.models.vit_b_16, image_size=64),
    ),
    Architecture(
        "timm/vit_base_patch32_clip_224", 224, "blocks.1", "blocks.2", 768, "NLC", 1
    ),
    Architecture("timm/mixer_s32_224", 224, "blocks.1", "blocks.2", 512, "NLC"),
    Architecture("timm/convnext_atto", 64, "stages.1", "stages.2", 160, "NCHW"),
]


def load(one: Architecture) -> Network:
    """It, untrained."""
    if one.for_input is not None:
        module = built_at_random(one.for_input, rng_seed=0)
        return Network(
            name=one.name,
            module=module.eval().requires_grad_(False),
            preprocessing=Preprocessing(
                input_px=one.input_px,
                resize_px=one.input_px,
                mean=(0.5, 0.5, 0.5),
                std=(0.25, 0.25, 0.25),
            ),
            labels=tuple(f"label {n}" for n in range(1000)),
            weights_sha256=state_sha256(module),
        )
    network = load_network(one.name, random_weights=0)
    preprocessing = replace(network.preprocessing, input_px=one.input_px)
    return replace(network, preprocessing=preprocessing)


def with_direction(network: Network, layer: LayerInfo) -> Network:
    """A direction, and where the layer has rows and columns also a spatial target."""
    rng = torch.Generator().manual_seed(0)
    shapes = {"drawn": layer.shape[:1]}
    if len(layer.shape) == 3:
        shapes["map"] = layer.shape
    directions = {
        name: unit_direction(
            torch.randn(shape, generator=rng).numpy(),
            name=name,
            layer=layer.name,
            kind="random",
        )
        for name, shape in shapes.items()
    }
    return replace(network, directions=directions)


def energy(layer: LayerInfo) -> Feature:
    def mean_square(seen: Mapping[str, Tensor]) -> Tensor:
        return seen[layer.name].square().flatten(1).mean(1)

    return CallableFeature(name="energy", layers=(layer.name,), function=mean_square)


def awake(network: Network, layer: LayerInfo) -> list[int]:
    """Two channels that respond most to the picture's centre: untrained ReLUs may
    leave others dead there."""
    side = network.preprocessing.input_px + 8
    centers = [
        FeatureId(layer.name, str(channel), "center")
        for channel in range(layer.n_channels)
    ]
    found = feature_activations(network, picture(side, side)[None], centers)[0]
    return found.topk(2).indices.tolist()


def features_at(layer: LayerInfo, channels: list[int]) -> list[Feature]:
    """Channel, neuron, algebra, direction, spatial target and callable."""
    name = layer.name
    first, second = channels
    texts = [
        f"{name}:{first}",
        f"{name}:{first}@center",
        f"{name}:{first} - 0.5 * {name}:{second}",
        f"{name}:direction(drawn)",
        f"{name}:direction(drawn, dot_cosine^2)",
    ]
    if len(layer.shape) == 3:
        texts.append(f"{name}:direction(map)")
    return [*map(parse_feature, texts), energy(layer)]


def accentuated(network: Network, features: list[Feature]) -> list[Accentuation]:
    side = network.preprocessing.input_px + 8
    jobs = [
        AccentuationJob(seed_image=picture(side, side), feature=feature, rng_seed=0)
        for feature in features
    ]
    return accentuate(network, jobs, CONFIG)


@pytest.mark.parametrize("one", ARCHITECTURES, ids=lambda one: one.name)
def test_every_objective_moves_pictures_of_every_architecture(
    one: Architecture,
) -> None:
    network = load(one)
    layer = check_layer(one.layer, network.layers)
    network = with_direction(network, layer)

    made = accentuated(network, features_at(layer, awake(network, layer)))
    made += accentuated(network, [parse_feature("logit:1 - logit:2")])

    assert layer.n_channels == one.n_channels
    assert layer.layout == one.layout
    assert layer.n_prefix_tokens == one.n_prefix_tokens
    assert {result.regularization_layer for result in made} == {one.held}
    assert check_layer(one.held, network.layers).stride_px is not None
    for result in made:
        assert torch.isfinite(result.image).all()
        moved = (result.image - result.job.seed_image).abs().max()
        assert moved > 0.6 / 255, str(result.job.feature)  # rounding: at most half
        assert torch.isfinite(torch.tensor(result.activation_after))
        assert 0 < result.balance < float("inf"), str(result.job.feature)
        assert result.opacity_map.max() > 0
