"""Activations of a layer to many photographs."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from generator.concepts.photograph_activations import (
    Collection,
    capture,
    mean_activations,
    read_canvases,
)
from generator.layers import check_layer
from generator.progress import NoProgress
from tests.generator.concepts.planted import (
    mixing,
    planted_network,
    write_photographs,
)
from tests.generator.toy_network import toy_network


class Tokens(nn.Module):
    """One class token of thousands, then 4 × 4 patches of the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 5, 4, stride=4)
        self.tokens = nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        patches = self.patch(images).flatten(2).transpose(1, 2)  # (B, 16, 5)
        first = torch.full_like(patches[:, :1], 5000)
        tokens: Tensor = self.tokens(torch.cat([first, patches], dim=1))
        return tokens[:, 1:].mean(1)


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection.of(write_photographs(tmp_path / "p", n=35, rng_seed=0))


def test_means_are_those_of_the_colors_shown(collection: Collection) -> None:
    network = planted_network()

    rows = mean_activations(
        collection,
        network,
        check_layer("mix", network.layers),
        canvas_px=32,
        progress=NoProgress(),
        stage="all",
    )

    shown = torch.cat(list(read_canvases(collection, network, 32)))  # (n, 3, 32, 32)
    colors = (shown.mean((2, 3)).double().numpy() - 0.5) / 0.25  # (n, 3)
    assert rows.shape == (35, 6)
    assert np.allclose(rows, colors @ mixing().T, atol=1e-4)


def test_class_tokens_stand_for_no_place_of_the_picture() -> None:
    network = toy_network(Tokens())
    layer = check_layer("tokens", network.layers)

    activations = capture(network, layer, torch.full((2, 3, 16, 16), 0.75))

    assert layer.n_prefix_tokens == 1
    assert activations.shape == (2, 5, 16)
    assert np.abs(activations).max() < 100


def test_a_photograph_is_read_as_it_is_alone(collection: Collection) -> None:
    network = planted_network()

    batches = list(read_canvases(collection, network, 37))
    singles = list(read_canvases(collection, network, 37, batch=1))

    assert [len(batch) for batch in batches] == [32, 3]
    assert torch.equal(torch.cat(batches), torch.cat(singles))


def test_what_is_among_others_is_told_by_its_content(tmp_path: Path) -> None:
    some = write_photographs(tmp_path / "some", n=4, rng_seed=0)
    more = write_photographs(tmp_path / "more", n=6, rng_seed=0)
    (some / "000.png").rename(some / "renamed.png")

    rest = Collection.of(more).without(Collection.of(some).photographs)

    assert [photograph.path for photograph in rest.photographs] == [
        "004.png",
        "005.png",
    ]
