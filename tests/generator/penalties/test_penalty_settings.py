"""Which penalties a config asks for, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig
from generator.errors import ConfigError
from generator.search.problem import Problem
from tests.generator.penalties.held_jobs import FEW, job, objective
from tests.generator.posed import left_half, pose_by_hand
from tests.generator.toy_network import picture, toy_network


def test_shares_of_several_layers_add_up_to_one() -> None:
    config = FEW.with_changes(regularization_layers=("conv1", "conv2"))

    (made,) = accentuate(toy_network(), [job()], config)

    assert [facts.name for facts in made.penalties] == ["l2 at conv1", "l2 at conv2"]
    assert [facts.weight for facts in made.penalties] == [0.5, 0.5]
    assert made.regularization_layer == "conv1"


def without_region(config: AccentuationConfig) -> AccentuationJob:
    return replace(job(0, config), region=None)


def test_a_region_is_asked_for_where_it_is_used_and_only_there() -> None:
    sided = FEW.with_changes(penalty_side="inside")
    region = left_half(1, 20, 20)[0].float()
    network = toy_network()

    with pytest.raises(ConfigError, match="picture has none"):
        accentuate(network, [without_region(sided)], sided)
    with pytest.raises(ConfigError, match="nothing uses"):
        accentuate(network, [replace(job(), region=region)], FEW)
    with pytest.raises(ConfigError, match="as high and wide"):
        accentuate(network, [replace(job(), region=region[:5])], sided)
    with pytest.raises(ConfigError, match="from 0 to 1"):
        accentuate(network, [replace(job(), region=2 * region)], sided)
    with pytest.raises(ConfigError, match="has no positions"):
        accentuate(
            network,
            [replace(job(), region=region)],
            sided.with_changes(regularization_layers=("readout",)),
        )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"distance": "linf"}, "distance must be one of l2"),
        ({"penalty_side": "left"}, "penalty_side must be one of"),
        ({"pixel_weight": -1.0}, "pixel_weight must be at least 0"),
        ({"spectrum_weight": float("nan")}, "spectrum_weight must be a finite"),
        ({"layer_weights": (1.0, 2.0)}, "one weight for each of 1 layers"),
        ({"layer_weights": (-1.0,)}, "layer_weights must be at least 0"),
        ({"regularization_layers": ("a", "a")}, "names a layer twice"),
        ({"balance_offset": 0.0}, "needs distance_smoothing 0"),
        (
            {"distance": "cosine", "balance_offset": 0.0, "distance_smoothing": 0.0},
            "other than cosine",
        ),
    ],
)
def test_a_penalty_out_of_range_is_refused(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        AccentuationConfig(**changes)


def test_no_weight_no_penalty() -> None:
    config = FEW.with_changes(layer_weights=(0.0,))
    network = toy_network()

    (made,) = accentuate(network, [job()], config)
    problem: Problem = pose_by_hand(
        network, picture()[None], [objective(network)], config
    )

    assert made.penalties == ()
    assert problem.penalties == []
    assert not config.has_penalty
