"""Covers of a picture, worked out by hand."""

import numpy as np
import pytest

from generator.bundles.covers import GRAY, blurred_around, cover_places, covered
from generator.bundles.extras_config import ExtrasConfig
from generator.errors import ConfigError


def test_places_go_from_edge_to_edge() -> None:
    places = cover_places(22, 22, 4)

    assert len(places) == 49  # 7 x 7, every third pixel
    assert places[0] == (0, 0)
    assert places[1] == (0, 3)
    assert places[-1] == (18, 18)


def test_a_small_picture_has_no_place_twice() -> None:
    places = cover_places(5, 5, 2)

    assert places == [(row, column) for row in range(4) for column in range(4)]


def test_a_cover_changes_its_square_alone() -> None:
    picture = np.full((10, 10, 3), 7, dtype=np.uint8)

    changed = covered(picture, (2, 5), 4)

    assert (changed == GRAY).all(axis=2).sum() == 16
    assert (changed[2:6, 5:9] == GRAY).all()
    assert (picture == 7).all()


def test_the_blur_leaves_the_square_as_it_is() -> None:
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)

    changed = blurred_around(picture, (4, 4), 6, blur_px=2)

    assert (changed[4:10, 4:10] == picture[4:10, 4:10]).all()
    assert changed[:4].std() < picture[:4].std()


@pytest.mark.parametrize(
    "options",
    [{"n_minimal": -1}, {"cover_fraction": 1.0}, {"blur_fraction": 0.0}],
)
def test_extras_that_cannot_be_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        ExtrasConfig(**options)  # type: ignore[arg-type]


def test_nothing_is_asked_for_by_default() -> None:
    assert ExtrasConfig().is_empty
    assert not ExtrasConfig(n_minimal=1).is_empty
