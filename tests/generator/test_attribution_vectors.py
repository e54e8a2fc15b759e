"""Activation times gradient, by channel, against values worked out by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from generator.activations import feature_activations, network_view
from generator.attribution_vectors import attribution_vectors, vectors_of
from generator.capture import layer_activations
from generator.errors import ActivationTableError, ConfigError
from generator.feature_text import parse_feature
from generator.index.indexed_folder import IndexedFolder
from tests.generator.index.indexing import indexed
from tests.generator.tiny_world import make_network, write_photographs


def test_a_linear_readout_takes_its_weight_times_the_pooled_channel() -> None:
    network = make_network()
    canvases = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    feature = parse_feature("logit:sky")

    found = attribution_vectors(network, canvases, feature, "2")

    # The logit is bias + sum over channels of weight * mean over positions, so each
    # channel's part is that product, and all parts sum to the logit less its bias.
    readout = network.module.get_submodule("5")
    assert isinstance(readout, torch.nn.Linear)
    maps = layer_activations(network, network_view(network, canvases), ["2"])["2"]
    by_hand = readout.weight[2] * maps.mean((2, 3))  # (3, 6)
    torch.testing.assert_close(found, by_hand.detach())
    logit = feature_activations(network, canvases, [feature])[:, 0]
    torch.testing.assert_close(found.sum(1), logit - readout.bias[2].detach())


def test_vectors_come_from_the_indexed_photographs_in_any_batch(
    tmp_path: Path,
) -> None:
    folder = write_photographs(tmp_path / "photographs", n_of_class=4)
    table = indexed(folder, tmp_path / "i.parquet")
    source = IndexedFolder(table=table, folder=folder)
    vectors = vectors_of(make_network(), source, "2")
    feature = table.find("logit:fur")

    all_at_once = vectors(feature, np.arange(20))  # two batches
    alone = vectors(feature, np.array([17]))

    assert all_at_once.shape == (20, 6)
    np.testing.assert_allclose(all_at_once[17], alone[0], atol=1e-6)


def test_a_layer_that_the_feature_does_not_use_is_refused(tmp_path: Path) -> None:
    folder = write_photographs(tmp_path / "photographs", n_of_class=4)
    table = indexed(folder, tmp_path / "i.parquet")
    source = IndexedFolder(table=table, folder=folder)

    with pytest.raises(ConfigError, match="takes nothing from layer '2'"):
        vectors_of(make_network(), source, "2")(table.find("0:1"), np.arange(3))


def test_another_network_than_the_indexed_one_is_refused(tmp_path: Path) -> None:
    folder = write_photographs(tmp_path / "photographs", n_of_class=4)
    table = indexed(folder, tmp_path / "i.parquet")
    other = replace(make_network(), weights_sha256="1" * 64)

    with pytest.raises(ActivationTableError, match="another network"):
        vectors_of(other, IndexedFolder(table=table, folder=folder), "2")
