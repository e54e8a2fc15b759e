"""Which images each condition shows."""

from dataclasses import replace

import pytest

from study_server.design.conditions import panel_stimulus_ids
from study_server.errors import DefinitionError
from tests.study_server.design.bundles import nominal_bundle


def test_attribution_shows_each_seed_image_beside_its_heat_map() -> None:
    feature = nominal_bundle(1, 1).features[0]

    panel = panel_stimulus_ids("attribution", feature, n_tiles=4)

    assert panel == (
        feature.seed_images[0],
        feature.attributions[0],
        feature.seed_images[1],
        feature.attributions[1],
    )


def test_conditions_of_seed_images_share_their_left_tiles() -> None:
    feature = nominal_bundle(1, 1).features[0]

    left = {
        panel_stimulus_ids(condition, feature, n_tiles=4)[::2]
        for condition in ("accentuation", "attribution", "seed_only")
    }

    assert left == {feature.seed_images[:2]}


def test_a_bundle_without_heat_maps_cannot_show_them() -> None:
    feature = replace(nominal_bundle(1, 1).features[0], attributions=())

    with pytest.raises(DefinitionError, match=r"needs 2 attributions .* has 0"):
        panel_stimulus_ids("attribution", feature, n_tiles=4)
