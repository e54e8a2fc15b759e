"""What each method maps, on networks whose answer is known."""

import pytest
import torch
from torch import Tensor

from generator.attribution.agreement import rank_correlation
from generator.attribution.settings import METHODS, AttributionConfig
from generator.feature_text import parse_feature
from tests.generator.attribution.hand_made import (
    SIDE_PX,
    canvas,
    linear_network,
    weights,
)
from tests.generator.attribution.quick_maps import one
from tests.generator.toy_network import picture, toy_network


def test_gradient_of_a_linear_network_is_its_weights() -> None:
    found = one(linear_network(weights()), "gradient")

    assert torch.equal(found.raw, weights())
    assert torch.allclose(found.on_canvas, weights().abs().mean(0))


def test_gradient_times_input_adds_up_to_the_activation_minus_the_bias() -> None:
    found = one(linear_network(weights(), bias=3.0), "gradient_x_input")

    assert torch.allclose(found.raw, weights() * (canvas() * 2 - 1), atol=1e-6)
    assert float(found.raw.sum()) == pytest.approx(found.activation - 3.0, abs=1e-4)


def test_integrated_gradients_of_a_linear_network_are_weight_times_distance() -> None:
    config = AttributionConfig(baseline_level=0.0)

    found = one(linear_network(weights(), bias=3.0), "integrated_gradients", config)

    black = -1.0
    assert torch.allclose(found.raw, weights() * (canvas() * 2 - 1 - black), atol=1e-4)
    assert found.completeness_error is not None
    assert found.completeness_error < 1e-5
    assert found.is_complete


def test_integrated_gradients_of_a_smooth_network_add_up() -> None:
    dot = parse_feature("logit:dot")

    found = one(toy_network(), "integrated_gradients", feature=dot, image=picture())

    assert found.completeness_error is not None
    assert found.completeness_error < 0.001


def test_a_sum_that_misses_by_more_than_the_tolerance_is_flagged() -> None:
    config = AttributionConfig(integration_steps=1, completeness_tolerance=1e-9)

    found = one(
        toy_network(),
        "integrated_gradients",
        config,
        feature=parse_feature("logit:dot"),
        image=picture(),
    )

    assert found.is_complete is False


def test_a_feature_that_gains_nothing_over_the_baseline_has_no_error_to_report() -> (
    None
):
    found = one(
        linear_network(torch.zeros(3, SIDE_PX, SIDE_PX)), "integrated_gradients"
    )

    assert found.completeness_error is None
    assert found.is_complete is False


def test_only_integrated_gradients_promise_to_add_up() -> None:
    found = one(linear_network(weights()), "occlusion")

    assert found.completeness_error is None
    assert found.is_complete is None


def test_smooth_grad_of_a_linear_network_is_its_gradient() -> None:
    found = one(linear_network(weights()), "smooth_grad")

    assert torch.allclose(found.raw, weights(), atol=1e-6)


def test_smooth_grad_without_noise_is_the_gradient() -> None:
    config = AttributionConfig(smooth_noise=0.0, smooth_samples=3)
    dot = parse_feature("logit:dot")

    smooth = one(toy_network(), "smooth_grad", config, feature=dot, image=picture())
    plain = one(toy_network(), "gradient", config, feature=dot, image=picture())

    assert torch.allclose(smooth.raw, plain.raw, atol=1e-7)


def test_occlusion_with_separate_squares_is_the_activation_of_each_square() -> None:
    config = AttributionConfig(occlusion_window_px=56, occlusion_stride_px=56)

    found = one(linear_network(weights()), "occlusion", config)  # squares of 4 pixels

    parts = (weights() * (canvas() * 2 - 1)).sum(0).reshape(4, 4, 4, 4).sum((1, 3))
    expected = parts.repeat_interleave(4, 0).repeat_interleave(4, 1)
    assert torch.allclose(found.raw[0], expected, atol=1e-4)


def test_occlusion_of_a_region_the_network_ignores_is_zero() -> None:
    blind = weights()
    blind[:, :, 8:] = 0

    found = one(linear_network(blind), "occlusion")  # squares of 2 pixels

    assert torch.all(found.raw[:, :, 9:].abs() < 1e-5)
    assert torch.all(found.raw[:, :, :8].abs().sum((0, 1)) > 1e-3)


def test_rise_finds_a_planted_patch() -> None:
    patch = torch.zeros(3, SIDE_PX, SIDE_PX)
    patch[:, 2:7, 8:13] = 1.0
    white = torch.ones(3, SIDE_PX, SIDE_PX)
    config = AttributionConfig(rise_masks=2000)

    found = one(linear_network(patch), "rise", config, image=white)

    correlation = rank_correlation(found.on_canvas.numpy(), patch[0].numpy())
    assert correlation is not None
    assert correlation > 0.45  # 25 of 256 pixels: 0.51 when they are the top 25
    assert float(found.raw[0, 4, 10]) == float(found.raw.max())


def test_rise_of_a_feature_that_does_not_care_is_flat() -> None:
    network = linear_network(torch.zeros(3, SIDE_PX, SIDE_PX), bias=7.0)

    found = one(network, "rise")

    assert torch.all(found.raw == 0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("text", ["logit:wave", "conv2:3", "act2:1"])
def test_every_method_maps_logits_and_inner_features(method: str, text: str) -> None:
    image = picture(20, 24)
    feature = parse_feature(text)

    found = one(toy_network(), method, feature=feature, image=image)

    assert found.on_canvas.shape == (20, 24)
    assert found.on_canvas.dtype == torch.float32
    assert torch.isfinite(found.raw).all()
    assert found.raw.abs().sum() > 0


def test_the_gradient_of_an_expression_is_that_expression_of_gradients() -> None:
    def gradient(text: str) -> Tensor:
        feature = parse_feature(text)
        return one(toy_network(), "gradient", feature=feature, image=picture()).raw

    both = gradient("logit:dot - 0.5 * conv2:3")

    assert torch.allclose(
        both, gradient("logit:dot") - 0.5 * gradient("conv2:3"), atol=1e-7
    )
