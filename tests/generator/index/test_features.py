"""Which features an index covers: each once, under one text, in one order."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from generator.errors import ConfigError, FeatureNotFoundError, LayerNotFoundError
from generator.feature_text import parse_feature
from generator.features import CallableFeature
from generator.index.features import enumerate_features, layers_of
from generator.joined_networks import join_networks
from tests.generator.tiny_world import make_network


def names(
    *features: str, layers: Sequence[str] = (), with_logits: bool = False
) -> list[str]:
    found = enumerate_features(
        make_network(),
        features=[parse_feature(feature) for feature in features],
        layers=layers,
        with_logits=with_logits,
    )
    return [str(one.feature) for one in found]


def test_every_channel_of_a_layer_and_every_logit_is_enumerated_once() -> None:
    found = names("logit:4", "2:05", layers=["0", "0"], with_logits=True)

    assert found == [
        *("0:0", "0:1", "0:2", "0:3", "2:5"),
        *("logit:brick", "logit:grass", "logit:sky", "logit:fur", "logit:stone"),
    ]


@pytest.mark.parametrize(
    ("several", "one"),
    [
        (["logit:2", "logit:sky", "logit:SKY"], "logit:sky"),
        (["0:1@center", "0:1@4,4", "0:1@36"], "0:1@4,4"),  # of 8 rows and columns
        (["0:1 - 0:2", "(0:1) - 0:2"], "0:1 - 0:2"),
    ],
)
def test_one_feature_under_several_texts_is_one_column(
    several: list[str], one: str
) -> None:
    assert names(*several) == [one]


def test_expressions_come_after_the_units_of_their_deepest_layer() -> None:
    found = names("0:1 - 2:0", "0:3", "logit:fur", "2:4", "2:4@1,1")

    assert found == ["0:3", "2:4", "2:4@1,1", "0:1 - 2:0", "logit:fur"]


def test_a_label_that_misleads_gives_way_to_the_number() -> None:
    labels = ("3", "#1", "wood", "Wood", "a - b")
    network = replace(make_network(), labels=labels)

    found = enumerate_features(network, with_logits=True)

    assert [str(one.feature) for one in found] == [
        f"logit:{number}" for number in range(5)
    ]
    assert [one.label for one in found] == list(labels)


def test_the_layers_that_are_read_are_listed_in_the_order_of_the_network() -> None:
    network = make_network()
    found = enumerate_features(network, features=[parse_feature("2:0 - 0:1")])

    assert [layer.name for layer in layers_of(network, found)] == ["0", "2"]


def test_a_feature_of_a_joined_network_keeps_the_name_of_its_member() -> None:
    joined = join_networks([make_network(), replace(make_network(), name="other")])
    texts = ["other/logit:sky", "tiny/0:2", "tiny/0:1 - other/2:3"]

    found = enumerate_features(joined, features=[parse_feature(t) for t in texts])

    assert sorted(str(one.feature) for one in found) == sorted(texts)
    assert [layer.name for layer in layers_of(joined, found)] == [
        *("tiny.0", "other.2", "other")
    ]


def test_a_rank_is_no_feature_of_an_index() -> None:
    with pytest.raises(ConfigError, match="another logit for each photograph"):
        names("logit:#1")


def test_a_function_has_no_text_to_find_it_by() -> None:
    feature = CallableFeature(
        name="first", layers=("0",), function=lambda seen: seen["0"][:, 0].mean((1, 2))
    )

    with pytest.raises(ConfigError, match="cannot be written as text"):
        enumerate_features(make_network(), features=[feature])


def test_an_index_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="no feature is asked for"):
        names()


def test_unknown_names_are_refused() -> None:
    with pytest.raises(LayerNotFoundError):
        names(layers=["7"])
    with pytest.raises(FeatureNotFoundError, match="close names: sky"):
        names("logit:skye")
