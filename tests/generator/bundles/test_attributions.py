"""Attribution pictures: the seed image, and heat where its feature finds something."""

import sys
from dataclasses import replace

import pytest
import torch
from PIL import Image

from generator.bundle import Bundle
from generator.bundles.attribution_config import AttributionPlan
from generator.bundles.attributions import (
    AttributionStage,
    HeatJob,
    attribution_faults,
)
from generator.errors import ConfigError
from generator.feature_text import parse_feature
from generator.photographs import from_picture, quantize
from tests.generator.bundles.test_run import bundle, checked
from tests.generator.tiny_world import make_network

__all__ = ["bundle", "checked"]


def test_attributions_lie_over_their_own_seed_images(bundle: Bundle) -> None:
    by_id = {one["stimulus_id"]: one for one in bundle.stimuli()}
    for feature in bundle.manifest["features"]:
        seeds = [by_id[i]["seed_image_id"] for i in feature["attributions"]]
        assert seeds == feature["seed_images"]
        for stimulus_id in feature["attributions"]:
            one = by_id[stimulus_id]
            heat, seed = (
                from_picture(Image.open(bundle.folder / record["file"]))
                for record in (one, by_id[one["seed_image_id"]])
            )
            is_changed = (heat != seed).any(0)
            assert is_changed.any()
            # RISE is signed, so that some places speak against the feature: no heat.
            assert not is_changed.all()


def test_an_attribution_says_how_it_was_made(bundle: Bundle) -> None:
    for one in bundle.stimuli("attribution"):
        assert one["activation"] is None
        assert one["display"]["method"] == "rise"
        assert one["display"]["settings"]["masks"] == 8
        assert one["display"]["overlay_opacity"] == 0.7


def test_a_feature_that_nothing_speaks_for_leaves_the_photograph_as_it_is() -> None:
    network = make_network()
    with torch.no_grad():
        for weight in network.module[0].parameters():  # type: ignore[index]
            weight.zero_()
    image = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))

    job = HeatJob(seed_image=image, feature=parse_feature("2:1"))

    (outcome,) = AttributionStage(config=AttributionPlan()).make(
        network, [job], lambda _n: None
    )

    expected = (quantize(image) * 255).round().byte().permute(1, 2, 0)
    assert torch.equal(torch.from_numpy(outcome.pictures[0].picture), expected)


def test_a_first_layer_has_nothing_for_grad_cam_to_read() -> None:
    features = [parse_feature("0:2"), parse_feature("2:1")]

    (fault,) = attribution_faults(make_network(), features, AttributionPlan())

    assert "0:2" in fault
    assert "`rise` reads no layer" in fault


def test_a_missing_extra_is_named_before_anything_is_computed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    config = replace(AttributionPlan(), method="integrated_gradients")

    (fault,) = attribution_faults(make_network(), [parse_feature("2:1")], config)

    assert "pip install 'accentuate[attribution]'" in fault


def test_heat_that_would_not_show_is_refused() -> None:
    with pytest.raises(ConfigError, match="overlay_opacity must be above 0"):
        AttributionPlan(overlay_opacity=0)
