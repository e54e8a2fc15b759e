"""At which layers circuits are compared by default."""

from collections import OrderedDict
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from generator.circuits.compared_layers import compared_layers
from generator.errors import ConfigError, LayerNotFoundError
from generator.feature_text import parse_feature
from generator.networks import Network
from tests.generator.toy_network import LABELS, picture, toy_network


class Block(nn.Module):
    """Mixes the channels of each token."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Linear(6, 6)

    def forward(self, tokens: Tensor) -> Tensor:
        return torch.as_tensor(tokens + self.mix(tokens).tanh())


class Tokens(nn.Module):
    """Patches, seven blocks, a readout of their mean."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 6, 4, stride=4)
        self.blocks = nn.Sequential(*(Block() for _ in range(7)))
        self.readout = nn.Linear(6, len(LABELS))

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)  # (B, L, C)
        return torch.as_tensor(self.readout(self.blocks(tokens).mean(1)))


def stages() -> Network:
    """Three resolutions; behind the last, maps that each belong to one logit."""
    module = nn.Sequential(
        OrderedDict[str, nn.Module](
            conv1=nn.Conv2d(3, 6, 3, padding=1),
            act1=nn.Tanh(),
            pool1=nn.AvgPool2d(2),
            conv2=nn.Conv2d(6, 8, 3, padding=1),
            act2=nn.Tanh(),
            maps=nn.Conv2d(8, len(LABELS), 1, stride=2),
            dropout=nn.Dropout(),
            pool=nn.AdaptiveAvgPool2d(1),
            flat=nn.Flatten(),
        )
    )
    return toy_network(module)


def chosen(network: Network, feature: str, *wanted: str) -> tuple[str, ...]:
    probe = torch.stack([picture(rng_seed=seed) for seed in range(2)])
    (found,) = compared_layers(
        network, [parse_feature(feature)], wanted, probe
    ).values()
    return found


def test_the_last_layer_of_each_resolution_is_recorded() -> None:
    # Not pool1, which only thins out; nor the maps, which compare nothing.
    assert chosen(stages(), "logit:dot") == ("act1", "act2")


def test_layers_before_the_feature_are_recorded_in_the_networks_order() -> None:
    assert chosen(stages(), "conv2:3") == ("act1",)
    assert chosen(stages(), "logit:dot", "conv2", "act1") == ("act1", "conv2")
    assert chosen(stages(), "conv2:3", "act2", "act1") == ("act1",)


def test_an_expression_is_recorded_before_the_earliest_layer_it_reads() -> None:
    assert chosen(stages(), "logit:dot - conv2:1", "act2", "act1") == ("act1",)


def test_some_blocks_of_a_transformer_are_recorded() -> None:
    network = replace(toy_network(), module=Tokens().eval())

    found = chosen(network, "logit:dot")

    assert found == tuple(f"blocks.{i}" for i in (0, 2, 3, 4, 6))


def test_a_feature_without_an_earlier_layer_is_refused() -> None:
    with pytest.raises(ConfigError, match="lies before conv1:0"):
        chosen(stages(), "conv1:0", "act2")


def test_a_wrong_name_is_refused_with_close_ones() -> None:
    with pytest.raises(LayerNotFoundError, match="act1"):
        chosen(stages(), "logit:dot", "act11")
