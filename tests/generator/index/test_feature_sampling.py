"""Features drawn layer by layer, dead ones counted."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import ConfigError, PoolError
from generator.feature_text import parse_feature
from generator.index.activation_index import ActivationIndex
from generator.index.feature_sampling import sample_features
from generator.photograph_folder import Photograph


def make_index(features: Sequence[str], *, dead: Sequence[str] = ()) -> ActivationIndex:
    """Three photographs; features named dead are 0 on each."""
    activations = np.arange(3 * len(features), dtype=np.float32).reshape(3, -1)
    for place, feature in enumerate(features):
        if feature in dead:
            activations[:, place] = 0
    return ActivationIndex(
        photographs=tuple(
            Photograph(path=f"{i}.png", sha256=f"{i:064x}", class_label=None)
            for i in range(3)
        ),
        features=tuple(parse_feature(feature) for feature in features),
        activations=activations,
        hashes=np.arange(3, dtype=np.uint64),
        groups=np.arange(3),
    )


CHANNELS = [f"{layer}:{unit}" for layer in ("conv1", "conv2") for unit in range(6)]


@given(st.integers(0, 1000), st.sets(st.sampled_from(CHANNELS), max_size=3))
def test_each_layer_gives_as_many_and_none_of_them_dead(
    rng_seed: int, dead: set[str]
) -> None:
    index = make_index(CHANNELS, dead=sorted(dead))

    sample = sample_features(index, 3, rng=np.random.default_rng(rng_seed))

    assert [one.layer for one in sample.layers] == ["conv1", "conv2"]
    assert sample.n_dead == len(dead)
    assert sample.n_images == 3
    for one in sample.layers:
        names = {str(feature) for feature in one.features}
        assert len(names) == 3
        assert not names & dead
        assert all(name.startswith(f"{one.layer}:") for name in names)
        assert one.n_live + one.n_dead == 6


def test_the_same_rng_seed_draws_the_same() -> None:
    index = make_index(CHANNELS)

    one, same, other = (
        sample_features(index, 3, rng=np.random.default_rng(seed)).features
        for seed in (1, 1, 2)
    )

    assert one == same != other


def test_expressions_and_neurons_are_not_drawn() -> None:
    index = make_index(["conv1:0", "conv1:0@1,1", "conv1:0 - conv1:1"])

    sample = sample_features(index, 1, rng=np.random.default_rng(0))

    assert [str(feature) for feature in sample.features] == ["conv1:0"]


def test_layers_with_too_few_live_features_are_all_named() -> None:
    index = make_index(CHANNELS, dead=["conv1:0", "conv1:1", "conv2:5"])

    with pytest.raises(PoolError, match=r"conv1 has 4 of 6; conv2 has 5 of 6"):
        sample_features(index, 6, rng=np.random.default_rng(0))


def test_a_sample_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="n_per_layer"):
        sample_features(make_index(CHANNELS), 0, rng=np.random.default_rng(0))
