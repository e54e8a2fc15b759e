"""Layers and channels: how they are named, listed and read."""

import pytest
import torch
from torch import Tensor, nn

from generator.activations import feature_activations
from generator.capture import layer_activations
from generator.errors import FeatureNotFoundError, LayerNotFoundError
from generator.feature_lookup import find_unit, position_of
from generator.features import FeatureId
from generator.layers import LayerInfo, by_position, channels_first, check_layer
from generator.objectives import Unit
from tests.generator.toy_network import picture, toy_module, toy_network


class Twice(nn.Module):
    """One activation module used two times."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3)
        self.act = nn.ReLU()
        self.second = nn.Conv2d(4, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.act(self.second(self.act(self.first(x))))
        return x.mean((2, 3))


def test_layers_are_listed_with_shape_and_stride() -> None:
    layers = {layer.name: layer for layer in toy_network().layers}

    assert layers["conv2"].shape == (8, 4, 4)
    assert layers["conv2"].stride_px == 4
    assert layers["readout"].stride_px is None
    assert layers["logit"].shape == (4,)


def test_a_module_used_twice_must_be_named_by_its_call() -> None:
    module = Twice()
    layers = toy_network(module).layers
    image = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))

    kept = layer_activations(toy_network(module), image, ["act@0", "act@1"])

    assert torch.equal(kept["act@0"], module.first(image).relu())
    assert kept["act@1"].shape == (1, 4, 4, 4)
    with pytest.raises(LayerNotFoundError, match="act@0, act@1"):
        check_layer("act", layers)


def test_an_unknown_layer_is_refused_with_close_names() -> None:
    with pytest.raises(LayerNotFoundError, match="conv1"):
        find_unit(toy_network(), FeatureId("convl", "0"))


@pytest.mark.parametrize("unit", ["8", "-1", "dot"])
def test_a_channel_the_layer_does_not_have_is_refused(unit: str) -> None:
    with pytest.raises(FeatureNotFoundError):
        find_unit(toy_network(), FeatureId("conv2", unit))


def test_maps_and_tokens_of_the_same_values_read_alike() -> None:
    maps = torch.randn(2, 5, 3, 4, generator=torch.Generator().manual_seed(0))
    tokens = maps.flatten(2).transpose(1, 2)  # (2, 12, 5)
    rows_first = maps.permute(0, 2, 3, 1)

    read = [
        by_position(channels_first(maps, "NCHW")),
        by_position(channels_first(tokens, "NLC")),
        by_position(channels_first(rows_first, "NHWC")),
    ]

    assert torch.equal(read[0], read[1])
    assert torch.equal(read[0], read[2])


def test_an_activation_is_the_mean_over_positions_of_the_whole_picture() -> None:
    module = toy_module()
    network = toy_network(module)
    canvas = picture(16, 16)  # as large as the input: nothing is resized

    found = feature_activations(
        network, canvas[None], [FeatureId("conv1", "2"), FeatureId("logit", "wave")]
    )

    view = (canvas[None] - 0.5) / 0.25
    with torch.no_grad():
        by_hand = module.conv1(view)[0, 2].mean(), module(view)[0, 2]
    assert torch.allclose(found[0], torch.stack(by_hand), atol=1e-6)


class Patches(nn.Module):
    """A small vision transformer's shapes: class token, tuples, channels last."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Conv2d(3, 6, 4, stride=4)
        self.norm = nn.LayerNorm(6)
        self.attend = nn.MultiheadAttention(6, 2, batch_first=True)
        self.tokens = nn.Linear(6, 7)
        self.head = nn.Linear(7, 4)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.norm(self.embed(x).permute(0, 2, 3, 1))  # (B, 4, 4, 6)
        tokens = maps.flatten(1, 2)  # (B, 16, 6)
        tokens = torch.cat([tokens.new_zeros(len(x), 1, 6), tokens], 1)
        attended, _ = self.attend(tokens, tokens, tokens)
        logits: Tensor = self.head(self.tokens(attended)[:, 0])
        return logits


def test_tokens_tuples_and_channels_last_are_told_apart() -> None:
    layers = {layer.name: layer for layer in toy_network(Patches()).layers}

    assert layers["norm"].layout == "NHWC"
    assert layers["norm"].shape == (6, 4, 4)
    assert layers["tokens"].shape == (7, 17)
    assert layers["tokens"].n_prefix_tokens == 1
    assert layers["tokens"].grid == (4, 4)
    assert layers["attend[0]"].shape == (6, 17)


def test_a_token_feature_is_the_mean_over_the_pictures_tokens() -> None:
    network = toy_network(Patches())
    seen: list[Tensor] = []
    tokens_of = network.module.get_submodule("tokens")
    tokens_of.register_forward_hook(lambda *parts: seen.append(parts[2]))
    features = [FeatureId("tokens", "3"), FeatureId("tokens", "3", "0,2")]

    found = feature_activations(network, picture(16, 16)[None], features)[0]

    (tokens,) = seen[-1]  # (17, 7)
    assert found[0] == pytest.approx(float(tokens[1:, 3].mean()), abs=1e-6)
    assert found[1] == pytest.approx(float(tokens[1 + 2, 3]), abs=1e-6)


def test_a_neuron_is_read_at_its_own_row_and_column() -> None:
    """Row 1, column 4 of a map of 3 × 7, a shape that shows rows from columns."""
    layer = LayerInfo(name="map", kind="any", shape=(2, 3, 7))
    activations = torch.arange(42.0).reshape(1, 2, 3, 7)
    position = position_of(FeatureId("map", "1", "1,4"), layer)
    neuron = Unit(layer="map", index=1, label=None, position=position)
    center = position_of(FeatureId("map", "0", "center"), layer)

    assert neuron({"map": activations}).item() == activations[0, 1, 1, 4].item()
    assert center == 1 * 7 + 3
    with pytest.raises(FeatureNotFoundError, match="21 positions"):
        position_of(FeatureId("map", "1", "3,0"), layer)


def test_underscores_may_stand_for_the_dots_of_a_layer() -> None:
    network = toy_network(
        nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3)), nn.Flatten())
    )

    assert check_layer("0_0", network.layers).name == "0.0"


def test_a_channel_of_a_layer_in_one_dimension_is_a_channel() -> None:
    lines = nn.Sequential(
        nn.Conv2d(3, 5, 4, stride=4), nn.Flatten(2), nn.Conv1d(5, 7, 1), nn.ReLU()
    )
    network = toy_network(lines)

    shapes = {layer.name: layer.shape for layer in network.layers}
    found = feature_activations(network, picture(16, 16)[None], [FeatureId("2", "6")])

    assert shapes == {"0": (5, 4, 4), "1": (5, 16), "2": (7, 16), "3": (7, 16)}
    (seen,) = layer_activations(
        network, network.preprocessing.normalize(picture(16, 16)[None]), ["2"]
    ).values()
    assert float(found) == pytest.approx(float(seen[0, 6].mean().detach()), abs=1e-6)
