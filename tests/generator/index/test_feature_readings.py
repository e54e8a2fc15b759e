"""What is read of channels, neurons, tokens and expressions, batch by batch."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from generator.activations import feature_activations, network_view
from generator.capture import layer_activations
from generator.directions.direction import Direction
from generator.feature_text import parse_feature
from generator.index.feature_readings import BATCH, FeatureReader
from generator.index.features import directions_used
from generator.index.readings import Readings
from generator.networks import Network, Preprocessing
from tests.generator.tiny_world import make_network


def canvases(n: int) -> Tensor:
    return torch.rand(n, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def read(network: Network, pictures: Tensor, *features: str) -> Readings:
    reader = FeatureReader(network, [parse_feature(text) for text in features])
    return reader.read(pictures)


class Tokens(nn.Module):
    """A class token before 4 × 4 patch tokens, then a readout of the class token."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 5, 4, stride=4)
        self.norm = nn.LayerNorm(5)
        self.readout = nn.Linear(5, 2)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.patches(images).flatten(2).transpose(1, 2)  # (B, 16, 5)
        first = tokens.new_full((len(tokens), 1, 5), 100.0)
        shifted: Tensor = self.norm(torch.cat([first, tokens], dim=1))
        result: Tensor = self.readout(shifted[:, 0])
        return result


def token_network() -> Network:
    torch_rng = torch.Generator().manual_seed(3)
    module = Tokens()
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn(weight.shape, generator=torch_rng))
    return Network(
        name="tokens",
        module=module.eval(),
        preprocessing=Preprocessing(
            input_px=16, resize_px=16, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25)
        ),
        labels=("one", "two"),
        weights_sha256="0" * 64,
    )


def test_a_neuron_is_read_where_it_lies() -> None:
    network, pictures = make_network(), canvases(2)

    found = read(network, pictures, "0:3@2,5", "0:3@center")

    maps = layer_activations(network, network_view(network, pictures), ["0"])["0"]
    for place, (row, column) in enumerate([(2, 5), (4, 4)]):  # the map is 8 × 8
        expected = maps[:, 3, row, column].detach().numpy()
        np.testing.assert_allclose(found.mean[:, place], expected, atol=1e-6)
        assert found.row[:, place].tolist() == [row, row]
        assert found.column[:, place].tolist() == [column, column]
    np.testing.assert_array_equal(found.mean, found.maximum)


def test_an_expression_is_read_as_a_value_without_a_place() -> None:
    network, pictures = make_network(), canvases(2)
    text = "logit:sky - 0.5 * 2:1"

    found = read(network, pictures, text)

    expected = feature_activations(network, pictures, [parse_feature(text)])
    np.testing.assert_allclose(found.mean, expected.numpy(), atol=1e-6)
    assert (found.row == -1).all()
    assert (found.column == -1).all()


def test_tokens_are_read_on_their_grid_without_the_class_token() -> None:
    network, pictures = token_network(), canvases(3)

    found = read(network, pictures, "norm:2", "logit:two")

    seen = layer_activations(network, network_view(network, pictures), ["norm"])
    patches = seen["norm"][:, 2, 1:].detach().numpy()  # (3, 16)
    np.testing.assert_allclose(found.mean[:, 0], patches.mean(1), atol=1e-6)
    np.testing.assert_allclose(found.maximum[:, 0], patches.max(1), atol=1e-6)
    at = found.row[:, 0] * 4 + found.column[:, 0]
    np.testing.assert_array_equal(at, patches.argmax(1))
    assert found.row[:, 1].tolist() == [-1, -1, -1]


@pytest.mark.parametrize("n", [1, 5, BATCH])
def test_a_picture_is_read_the_same_in_a_batch_of_any_size(n: int) -> None:
    network, pictures = make_network(), canvases(BATCH)
    features = ("0:0", "2:3", "logit:fur")

    part, whole = (read(network, some, *features) for some in (pictures[:n], pictures))

    np.testing.assert_array_equal(part.mean, whole.mean[:n])
    np.testing.assert_array_equal(part.maximum, whole.maximum[:n])


@pytest.mark.parametrize("n", [0, BATCH + 1])
def test_an_empty_or_too_large_batch_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match="1 to 16 canvases"):
        read(make_network(), canvases(n), "0:1")


@pytest.mark.parametrize("kind", ["", ", cosine"])
def test_a_direction_is_read_where_it_answers_most(kind: str) -> None:
    network, pictures = with_direction([0.6, 0, -0.8, 0]), canvases(3)
    feature = f"0:direction(slope{kind})"

    found = read(network, pictures, feature)

    seen = layer_activations(network, network_view(network, pictures), ["0"])["0"]
    maps = seen.detach().numpy()  # (3, 4, 8, 8)
    along = 0.6 * maps[:, 0] - 0.8 * maps[:, 2]
    if kind:
        along = along / np.linalg.norm(maps, axis=1)
    np.testing.assert_allclose(found.mean[:, 0], along.mean((1, 2)), atol=1e-5)
    np.testing.assert_allclose(found.maximum[:, 0], along.max((1, 2)), atol=1e-5)
    at = found.row[:, 0] * 8 + found.column[:, 0]
    np.testing.assert_array_equal(at, along.reshape(3, -1).argmax(1))


def test_a_direction_of_the_same_name_is_another_one_by_its_hash() -> None:
    feature = [parse_feature("logit:sky - 2 * 0:direction(slope)")]
    one, other = with_direction([0.6, 0, -0.8, 0]), with_direction([0, 0, 1, 0])

    assert directions_used(one, feature).keys() == {"slope"}
    assert directions_used(one, feature) != directions_used(other, feature)
    assert directions_used(one, [parse_feature("0:1")]) == {}


def with_direction(vector: list[float]) -> Network:
    direction = Direction(
        name="slope",
        layer="0",
        vector=np.array(vector, dtype=np.float32),
        kind="supplied",
    )
    return replace(make_network(), directions={"slope": direction})
