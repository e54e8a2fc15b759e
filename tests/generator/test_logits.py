"""Logits: ranked, numbered and labelled."""

from dataclasses import replace

import pytest

from generator.activations import feature_activations, strongest_logits
from generator.errors import FeatureNotFoundError
from generator.feature_lookup import find_unit
from generator.features import FeatureId
from tests.generator.toy_network import picture, toy_network


def test_logits_are_ranked_from_the_strongest() -> None:
    network = toy_network()
    canvas = picture()

    ranked = strongest_logits(network, canvas)

    values = feature_activations(network, canvas[None], ranked)[0]
    assert len(ranked) == 4
    assert values.tolist() == sorted(values.tolist(), reverse=True)


def test_a_ranked_logit_is_the_strongest_whatever_the_labels_look_like() -> None:
    shuffled = replace(toy_network(), labels=("3", "dot", "a - b", "Dot"))

    ranked = strongest_logits(shuffled, picture())

    activations = feature_activations(shuffled, picture()[None], ranked)[0].tolist()
    assert activations == sorted(activations, reverse=True)
    assert sorted(map(str, ranked)) == ["logit:0", "logit:1", "logit:2", "logit:3"]


def test_logits_of_a_network_without_labels_are_numbered() -> None:
    plain = replace(toy_network(), labels=())

    unit = find_unit(plain, FeatureId("logit", "3"))

    assert (unit.index, unit.label) == (3, None)
    assert str(strongest_logits(plain, picture())[0]).removeprefix("logit:").isdecimal()


@pytest.mark.parametrize("labels", [("a", "b"), tuple("abcdefgh")])
def test_labels_that_are_not_one_for_each_logit_are_refused(
    labels: tuple[str, ...],
) -> None:
    network = replace(toy_network(), labels=labels)

    with pytest.raises(
        FeatureNotFoundError, match=f"4 logits and {len(labels)} labels"
    ):
        find_unit(network, FeatureId("logit", "0"))
