"""Features combined: exact weights, operands unchanged, any expression searched."""

from collections import OrderedDict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.config import AccentuationConfig
from generator.directions.direction import Direction
from generator.errors import ConfigError, FeatureNotFoundError
from generator.feature_text import parse_feature
from generator.features import CallableFeature, Combination, Feature, FeatureId
from generator.networks import Network
from tests.generator.toy_network import picture, toy_module, toy_network

A, B = FeatureId("logit", "dot"), FeatureId("logit", "wave")


def response(feature: Feature) -> float:
    return float(feature_activations(toy_network(), picture()[None], [feature])[0, 0])


def test_algebra_keeps_exact_weights_and_leaves_its_operands_alone() -> None:
    """A running sum multiplied by every weight turns a - b into -(a + b)."""
    a, b = np.float32(response(A)), np.float32(response(B))

    assert response(A - B) == a - b
    assert response(A + 2 * B) == a + 2 * b
    assert response(-A) == -a
    assert response(A * B) == a * b
    assert response(A / 2) == a / 2
    assert response(A**2) == a**2
    assert response(A) == a
    assert response(B) == b


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ("logit:dot - logit:wave", A - B),
        ("logit:dot + 0.5 * logit:wave", A + 0.5 * B),
        ("-logit:dot ** 2", -(A**2)),
        ("(-logit:dot) ** 2", (-A) ** 2),
        ("logit:dot - (logit:wave - logit:dot)", A - (B - A)),
        ("(logit:dot + logit:wave) / 2", (A + B) / 2),
        ("2 * logit:dot * logit:wave", 2 * A * B),
    ],
)
def test_an_expression_reads_as_in_python(text: str, feature: Feature) -> None:
    assert parse_feature(text) == feature
    assert str(feature) == text


NAMES = ["logit:black-and-tan coonhound", "layer4.2.conv3:17@3,5", "l:direction(a b)"]


def expressions() -> st.SearchStrategy[Feature]:
    leaves: st.SearchStrategy[Feature] = st.sampled_from(NAMES).map(FeatureId.parse)
    numbers = st.sampled_from([0.5, 2.0, 3.0])

    def joined(parts: st.SearchStrategy[Feature]) -> st.SearchStrategy[Feature]:
        return st.one_of(
            st.builds(lambda a, b: a + b, parts, parts),
            st.builds(lambda a, b: a - b, parts, parts),
            st.builds(lambda a, b: a * b, parts, parts),
            st.builds(lambda n, a: n * a, numbers, parts),
            st.builds(lambda a, n: a / n, parts, numbers),
            st.builds(lambda a, n: a**n, parts, numbers),
            st.builds(lambda a: -a, parts),
        )

    return st.recursive(leaves, joined, max_leaves=6)


@given(expressions())
def test_every_expression_survives_being_written_and_read(feature: Feature) -> None:
    assert parse_feature(str(feature)) == feature


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("logit:dot-logit:wave", "spaces round"),
        ("logit:dot +", "lacks a feature"),
        ("2 + 3", "numbers alone"),
        ("logit:dot + 2", "has no meaning"),
        ("2 / logit:dot", "has no meaning"),
        ("logit:dot / 0", "divides by zero"),
        ("(logit:dot", "closing parenthesis"),
        ("logit:dot)", "goes on after"),
        ("7", "is a number"),
        ("", "LAYER:UNIT"),
    ],
)
def test_what_is_no_feature_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_feature(text)


def test_a_rank_inside_an_expression_is_found() -> None:
    assert parse_feature("logit:#1 - logit:dot").rank == 1
    assert isinstance(parse_feature("logit:dot - logit:#2"), Combination)
    assert parse_feature("logit:dot - logit:wave").rank is None


def brightness(seen: dict[str, Tensor]) -> Tensor:
    return seen["conv1"].square().mean((1, 2, 3)) + seen["logit"][:, 1]


@pytest.mark.parametrize(
    "feature",
    [
        A - B,
        -A,
        FeatureId("conv2", "3") * FeatureId("conv1", "1"),
        FeatureId("conv2", "3", "center"),
        CallableFeature(name="both", layers=("conv1", "logit"), function=brightness),
    ],
)
def test_every_kind_of_feature_can_be_brought_out(feature: Feature) -> None:
    config = AccentuationConfig(steps=6, draws_per_step=2, balance_draws=8)
    job = AccentuationJob(seed_image=picture(), feature=feature, rng_seed=0)

    (made,) = accentuate(toy_network(), [job], config)

    assert made.activation_after > made.activation_before


def test_suppressing_makes_the_feature_respond_less() -> None:
    config = AccentuationConfig(steps=6, draws_per_step=2, balance_draws=8)
    job = AccentuationJob(seed_image=picture(), feature=A, rng_seed=0, suppress=True)

    (made,) = accentuate(toy_network(), [job], config)

    assert made.activation_after < made.activation_before


def test_a_callable_that_gives_no_value_per_image_is_refused() -> None:
    wrong = CallableFeature(
        name="sum", layers=("conv1",), function=lambda seen: seen["conv1"].sum()
    )

    with pytest.raises(FeatureNotFoundError, match="one value per image"):
        feature_activations(toy_network(), picture()[None], [wrong])


def with_stripes() -> Network:
    """A network that knows one direction of conv2, and a map of conv1."""
    vector = np.zeros(8, dtype=np.float32)
    vector[[1, 4]] = 0.6, -0.8
    target = np.zeros((6, 8, 8), dtype=np.float32)
    target[2, 3, 5] = 1.0
    made = [("stripes", "conv2", vector), ("spot", "conv1", target)]
    stored = {
        name: Direction(name=name, layer=layer, vector=array, kind="supplied")
        for name, layer, array in made
    }
    return replace(toy_network(), directions=stored)


def test_a_direction_weighs_the_channels_of_its_layer() -> None:
    network, images = with_stripes(), picture()[None]
    along = parse_feature("conv2:direction(stripes)")
    by_hand = 0.6 * FeatureId("conv2", "1") - 0.8 * FeatureId("conv2", "4")

    found = feature_activations(network, images, [along, by_hand])[0]

    assert found[0] == pytest.approx(float(found[1]), abs=1e-6)


def test_a_spatial_target_reads_its_own_places() -> None:
    network, images = with_stripes(), picture()[None]
    spot, neuron = (
        parse_feature("conv1:direction(spot)"),
        FeatureId("conv1", "2", "3,5"),
    )

    found = feature_activations(network, images, [spot, neuron])[0]

    assert found[0] == pytest.approx(float(found[1]), abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "conv2:direction(stripes, cosine)",
        "conv2:direction(stripes, dot_cosine^2)",
        "conv2:direction(stripes)@center",
        "conv1:direction(spot) - logit:dot",
    ],
)
def test_every_form_of_a_direction_can_be_brought_out(text: str) -> None:
    config = AccentuationConfig(steps=6, draws_per_step=2, balance_draws=8)
    feature = parse_feature(text)
    job = AccentuationJob(seed_image=picture(), feature=feature, rng_seed=0)

    (made,) = accentuate(with_stripes(), [job], config)

    assert str(feature) == text
    assert made.activation_after > made.activation_before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("conv2:direction(strips)", "stripes"),
        ("conv1:direction(stripes)", "belongs to layer 'conv2'"),
        ("conv2:direction(stripes, sine)", "is written"),
        ("conv2:direction()", "is written"),
    ],
)
def test_a_direction_that_is_not_there_is_refused(text: str, message: str) -> None:
    with pytest.raises(FeatureNotFoundError, match=message):
        feature_activations(with_stripes(), picture()[None], [parse_feature(text)])


def test_a_callable_gets_layers_under_the_names_it_was_written_with() -> None:
    nested = CallableFeature(
        name="first channel",
        layers=("toy_conv1",),
        function=lambda seen: seen["toy_conv1"][:, 0].mean((1, 2)),
    )
    network = toy_network(nn.Sequential(OrderedDict(toy=toy_module())))
    same = FeatureId("toy.conv1", "0")

    found = feature_activations(network, picture()[None], [nested, same])[0]

    assert found[0] == pytest.approx(float(found[1]))


def test_a_callable_that_reads_no_layer_is_refused() -> None:
    with pytest.raises(ConfigError, match="reads no layer"):
        CallableFeature(name="nothing", layers=(), function=lambda seen: seen)


@pytest.mark.parametrize("text", ["1e400 * logit:dot", "logit:dot / 1e400"])
def test_a_weight_that_is_not_finite_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="not finite"):
        parse_feature(text)


@pytest.mark.parametrize("text", ["(" * 5000 + "logit:dot", "logit:dot + " * 5000])
def test_an_endless_expression_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="too long an expression"):
        parse_feature(text + "logit:dot")
