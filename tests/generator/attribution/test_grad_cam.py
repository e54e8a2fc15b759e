"""Grad-CAM against a map worked out by hand, against Captum's, and its layer rule."""

from collections import OrderedDict
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from generator.attribution.maps import AttributionMap, attribute
from generator.attribution.settings import AttributionConfig
from generator.errors import ConfigError, LayerNotFoundError
from generator.feature_text import parse_feature
from generator.networks import Network
from tests.generator.attribution.hand_made import (
    as_network,
    canvas,
    red_minus_green_network,
)
from tests.generator.toy_network import picture, toy_network


def grad_cam_of(
    network: Network,
    feature: str,
    *,
    method: str = "grad_cam",
    layer: str | None = None,
    image: Tensor | None = None,
) -> AttributionMap:
    (found,) = attribute(
        network,
        (canvas() if image is None else image)[None],
        parse_feature(feature),
        [method],
        AttributionConfig(grad_cam_layer=layer),
    )
    return found


@pytest.mark.parametrize("inplace", [False, True])
def test_the_map_is_the_one_worked_out_by_hand(inplace: bool) -> None:
    network = red_minus_green_network(inplace=inplace)
    red, green, _ = (canvas() * 2 - 1).clamp(min=0)
    by_hand = (red - 2 * green) / 256  # each position weighs 1 / 256 in the mean

    signed = grad_cam_of(network, "logit:left", layer="act")
    positive = grad_cam_of(network, "logit:left", method="grad_cam_relu", layer="act")

    assert torch.allclose(signed.raw[0], by_hand, atol=1e-7)
    assert torch.allclose(positive.raw[0], by_hand.clamp(min=0), atol=1e-7)
    assert (by_hand < 0).any()


def test_the_layer_before_a_relu_that_works_in_place_keeps_its_negative_values() -> (
    None
):
    network = red_minus_green_network(inplace=True)
    red, green, _ = canvas() * 2 - 1

    found = grad_cam_of(network, "logit:left", layer="colors")

    weight_red = (red > 0).float().mean() / 256
    weight_green = -2 * (green > 0).float().mean() / 256
    assert torch.allclose(
        found.raw[0], weight_red * red + weight_green * green, atol=1e-7
    )


def test_captum_gives_the_same_map() -> None:
    captum = pytest.importorskip("captum.attr")
    network = toy_network()
    view = network.preprocessing.normalize(picture(16, 16)[None])
    theirs = captum.LayerGradCam(network.module, network.module.act1)

    ours = grad_cam_of(network, "logit:wave", layer="act1", image=picture(16, 16))

    expected = theirs.attribute(view, target=2)[0]
    assert torch.allclose(ours.raw, expected, atol=1e-7)


@pytest.mark.parametrize(
    ("feature", "layer"),
    [("logit:dot", "act2"), ("act2:1", "conv2"), ("conv2:3", "act1")],
)
def test_the_last_spatial_layer_before_the_feature_is_taken(
    feature: str, layer: str
) -> None:
    found = grad_cam_of(toy_network(), feature, image=picture())

    assert found.settings == {"layer": layer, "relu": False}


class Branches(nn.Module):
    """Two convolutions side by side on the same input."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.one = nn.Conv2d(4, 2, 1)
        self.other = nn.Conv2d(4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        stem = self.stem(x)
        return torch.cat([self.one(stem), self.other(stem)], 1)


def branched_network() -> Network:
    module = nn.Sequential(
        OrderedDict[str, nn.Module](
            branches=Branches(), pool=nn.AdaptiveAvgPool2d(1), flat=nn.Flatten()
        )
    )
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn(weight.shape, generator=rng))
    return as_network(module)


def test_a_parallel_branch_is_passed_over() -> None:
    found = grad_cam_of(branched_network(), "branches.other:1")

    assert found.settings["layer"] == "branches.stem"


def test_layers_inside_the_feature_s_own_do_not_come_before_it() -> None:
    with pytest.raises(ConfigError, match="no layer with rows and columns"):
        grad_cam_of(branched_network(), "branches:1")


def test_a_dead_feature_gives_a_map_of_zeros() -> None:
    network = red_minus_green_network()
    with torch.no_grad():
        network.module.readout.weight.zero_()  # type: ignore[union-attr,operator]

    found = grad_cam_of(network, "logit:left")

    assert torch.all(found.raw == 0)


@pytest.mark.parametrize(
    ("layer", "error", "message"),
    [
        ("readout", ConfigError, "reads a layer with rows and columns"),
        ("act3", LayerNotFoundError, "close names: act2"),
        ("act2", ConfigError, "before conv2:3; got 'act2'"),
    ],
)
def test_a_layer_that_cannot_be_read_is_refused(
    layer: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        grad_cam_of(toy_network(), "conv2:3", layer=layer, image=picture())


def test_a_module_used_twice_is_read_at_the_call_named() -> None:
    double = nn.ReLU()
    invert = nn.Conv2d(3, 3, 1)
    with torch.no_grad():
        invert.weight.copy_(-torch.eye(3)[:, :, None, None])
        invert.bias = nn.Parameter(torch.full((3,), 0.5))
    module = nn.Sequential(
        OrderedDict[str, nn.Module](
            first=double,
            invert=invert,
            second=double,
            pool=nn.AdaptiveAvgPool2d(1),
            flat=nn.Flatten(),
        )
    )
    network = replace(as_network(module), labels=())
    red = (canvas()[0] * 2 - 1).clamp(min=0)

    found = grad_cam_of(network, "logit:0", layer="first@1")

    assert torch.allclose(found.raw[0], (0.5 - red).clamp(min=0) / 256, atol=1e-7)


class Tokens(nn.Module):
    """Sixteen patches as tokens after a class token, and the mean of all as logits."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 2, 4, stride=4, bias=False)
        self.block = nn.Identity()
        with torch.no_grad():
            self.patches.weight.fill_(1.0)

    def forward(self, x: Tensor) -> Tensor:
        patches = self.patches(x).flatten(2).transpose(1, 2)  # (B, 16, 2)
        tokens = torch.cat([torch.zeros_like(patches[:, :1]), patches], 1)
        mean: Tensor = self.block(tokens).mean(1)
        return mean


def test_tokens_are_laid_out_as_the_patches_they_stand_for() -> None:
    sums = (canvas() * 2 - 1).sum(0).reshape(4, 4, 4, 4).sum((1, 3))  # of each patch

    found = grad_cam_of(as_network(Tokens()), "logit:0", layer="block")

    assert torch.allclose(found.raw[0], sums / 17, atol=1e-5)


class ReadsClassToken(Tokens):
    """Every token gets the mean of all; the answer is the class token."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        patches = self.patches(x).flatten(2).transpose(1, 2)  # (B, 16, 2)
        tokens = self.block(torch.cat([torch.zeros_like(patches[:, :1]), patches], 1))
        answer: Tensor = self.last(tokens + tokens.mean(1, keepdim=True))[:, 0]
        return answer


def test_tokens_that_the_class_token_no_longer_sees_are_passed_over() -> None:
    found = grad_cam_of(as_network(ReadsClassToken()), "logit:0")

    assert found.settings["layer"] == "block"
    assert found.raw.abs().sum() > 0
