"""Methods, features and settings that are refused."""

import sys

import pytest

from generator.attribution.maps import attribute
from generator.attribution.settings import AttributionConfig
from generator.errors import (
    ConfigError,
    FeatureNotFoundError,
    LayerNotFoundError,
    MissingExtraError,
)
from generator.feature_text import parse_feature
from tests.generator.attribution.hand_made import linear_network, weights
from tests.generator.attribution.quick_maps import FEW, one
from tests.generator.toy_network import picture, toy_network


def test_without_captum_the_error_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "captum", None)
    monkeypatch.setitem(sys.modules, "captum.attr", None)

    with pytest.raises(MissingExtraError, match=r"accentuate\[attribution\]"):
        one(linear_network(weights()), "occlusion")


def test_without_captum_grad_cam_and_rise_still_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "captum", None)
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    dot = parse_feature("logit:dot")

    own = ["grad_cam", "grad_cam_relu", "rise"]
    found = attribute(toy_network(), picture()[None], dot, own, FEW)

    assert [made.method for made in found] == own


def test_a_misspelt_method_is_refused_with_close_names() -> None:
    with pytest.raises(ConfigError, match="close names: grad_cam"):
        one(linear_network(weights()), "gradcam")


def test_no_method_at_all_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one method"):
        attribute(toy_network(), picture()[None], parse_feature("logit:dot"), [])


@pytest.mark.parametrize(
    ("text", "error"),
    [("logit:duck", FeatureNotFoundError), ("conv9:1", LayerNotFoundError)],
)
def test_a_feature_that_is_not_there_is_refused(
    text: str, error: type[Exception]
) -> None:
    with pytest.raises(error, match="close names"):
        one(toy_network(), "gradient", feature=parse_feature(text), image=picture())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"integration_steps": 0}, "integration_steps must be at least 1; got 0"),
        ({"smooth_noise": -0.1}, "smooth_noise must be at least 0"),
        ({"smooth_noise": float("nan")}, "smooth_noise must be at least 0; got nan"),
        ({"baseline_level": 1.5}, "baseline_level must be at least 0 and at most 1"),
        ({"rise_visible": 1.0}, "rise_visible must lie between 0 and 1"),
        ({"occlusion_stride_px": 40}, "must not exceed occlusion_window_px"),
        ({"clip_percent": 100.0}, "at most 99"),
    ],
)
def test_settings_out_of_range_are_refused(
    change: dict[str, float], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        AttributionConfig(**change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("input_px", "expected"), [(224, (32, 16)), (448, (64, 32)), (32, (5, 2))]
)
def test_the_occlusion_square_scales_with_the_network_input(
    input_px: int, expected: tuple[int, int]
) -> None:
    assert AttributionConfig().occlusion_px(input_px) == expected
