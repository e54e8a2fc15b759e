"""Which figures there are, and which options each reads."""

from pathlib import Path
from typing import Any

import pytest

from generator.errors import ConfigError
from generator.experiments.registry import find_experiment
from tests.generator.experiments.little_world import request_of

PHOTOGRAPHS = [Path("photo.png")]


def test_a_mistyped_name_is_answered_with_close_ones() -> None:
    with pytest.raises(ConfigError, match="close names: lambda-sweep"):
        find_experiment("lamda-sweep")


def test_underscores_may_stand_for_hyphens() -> None:
    assert find_experiment("layer_sweep").name == "layer-sweep"


def test_an_option_without_effect_is_refused() -> None:
    request = request_of(PHOTOGRAPHS, n_clusters=3)

    with pytest.raises(ConfigError, match="--clusters has no meaning"):
        find_experiment("lambda-sweep").check(request)


def test_a_figure_needs_photographs() -> None:
    with pytest.raises(ConfigError, match="give --photograph"):
        find_experiment("lambda-sweep").check(request_of([]))


def test_where_seed_images_are_chosen_from_the_pool_it_is_enough() -> None:
    find_experiment("polysemantic").check(request_of([], pool=(Path("pool"),)))


@pytest.mark.parametrize(
    "settings", [{"n_clusters": 1}, {"n_top": 0}, {"level": float("nan")}]
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(settings))):
        request_of(PHOTOGRAPHS, **settings)
