"""Pictures on the way of a search, at one activation."""

import pytest
import torch

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.experiments.levels import Way, common_level, keeping_way
from generator.features import FeatureId
from tests.generator.experiments.little_world import QUICK, little_network
from tests.generator.toy_network import picture

STAR = FeatureId("logit", "star")


@pytest.fixture(scope="module")
def way() -> Way:
    network = little_network()
    config = keeping_way(QUICK.with_changes(steps=10))
    job = AccentuationJob(seed_image=picture(32, 32), feature=STAR, rng_seed=0)
    (made,) = accentuate(network, [job], config)
    return Way.of(network, made, STAR)


@pytest.mark.parametrize("share", [0.1, 0.37, 0.5, 0.93])
def test_any_level_on_the_way_is_met(way: Way, share: float) -> None:
    network = little_network()
    low, high = float(way.levels.min()), float(way.levels.max())
    level = low + share * (high - low)

    made, is_reached = way.picture_at(network, level)

    found = float(feature_activations(network, made.image[None], [STAR]))
    assert is_reached
    assert made.activation_after == pytest.approx(found, abs=1e-5)
    assert found == pytest.approx(level, abs=0.01 * (high - low))


def test_the_picture_keeps_to_the_levels_of_a_png(way: Way) -> None:
    level = float(way.levels.mean())

    made, _ = way.picture_at(little_network(), level)

    levels = made.image * 255
    assert torch.allclose(levels, levels.round(), atol=1e-3)
    assert 0 <= made.image.min() <= made.image.max() <= 1


def test_a_level_beyond_the_way_gives_its_nearest_picture(way: Way) -> None:
    made, is_reached = way.picture_at(little_network(), 1e6)

    assert not is_reached
    assert made.activation_after == pytest.approx(float(way.levels.max()), abs=1e-5)


def test_the_same_level_gives_the_same_picture(way: Way) -> None:
    level = float(way.levels.mean())

    one, two = (way.picture_at(little_network(), level)[0] for _ in range(2))

    assert torch.equal(one.image, two.image)


def test_the_common_level_is_one_that_all_reach(way: Way) -> None:
    assert common_level([way, way]) == float(way.levels.max())
