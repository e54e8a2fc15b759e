"""Laws that each attribution method keeps on networks worked out by hand."""

import pickle
import random
import sys

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from generator.attribution.agreement import rank_correlation
from generator.attribution.maps import AttributionMap, attribute, n_views
from generator.attribution.settings import METHODS, AttributionConfig
from generator.errors import (
    ConfigError,
    FeatureNotFoundError,
    LayerNotFoundError,
    MissingExtraError,
)
from generator.feature_text import parse_feature
from generator.features import Feature
from generator.networks import Network
from tests.generator.attribution.hand_made import (
    SIDE_PX,
    as_network,
    canvas,
    linear_network,
    weights,
)
from tests.generator.toy_network import picture, toy_module, toy_network

LEFT = parse_feature("logit:left")
FEW = AttributionConfig(rise_masks=30, smooth_samples=6, views_per_pass=10)


def one(
    network: Network,
    method: str,
    config: AttributionConfig = FEW,
    *,
    feature: Feature = LEFT,
    image: Tensor | None = None,
) -> AttributionMap:
    """The map of one picture by one method."""
    image = canvas() if image is None else image
    (found,) = attribute(network, image[None], feature, [method], config)
    return found


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


def test_maps_of_a_picture_are_the_same_alone_and_beside_another() -> None:
    both = torch.stack([picture(rng_seed=1), picture(rng_seed=2)])
    dot = parse_feature("logit:dot")

    together = attribute(toy_network(), both, dot, METHODS, FEW)
    alone = attribute(toy_network(), both[1:], dot, METHODS, FEW)

    assert [made.method for made in together] == [*METHODS, *METHODS]
    for one_, other in zip(together[len(METHODS) :], alone, strict=True):
        assert torch.equal(one_.raw, other.raw)


def test_chance_comes_from_the_rng_seed_and_no_global_generator_moves() -> None:
    network = toy_network()
    before = global_generators()
    dot = parse_feature("logit:dot")
    other_seed = AttributionConfig(rise_masks=30, smooth_samples=6, rng_seed=1)

    def maps(config: AttributionConfig) -> list[Tensor]:
        found = attribute(network, picture()[None], dot, METHODS, config)
        return [made.raw for made in found]

    first, again, other = maps(FEW), maps(FEW), maps(other_seed)

    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    changed = {
        method
        for method, a, b in zip(METHODS, first, other, strict=True)
        if not torch.allclose(a, b, atol=1e-6)
    }
    assert changed == {"smooth_grad", "rise"}
    assert global_generators() == before


def global_generators() -> bytes:
    """State of each generator that libraries share."""
    of_numpy = np.random.get_state()  # noqa: NPY002 - to see that nobody uses it
    return pickle.dumps((torch.get_rng_state().tolist(), of_numpy, random.getstate()))


def test_the_network_is_left_as_it_was() -> None:
    module = toy_module()
    network = toy_network(module)
    module.train()
    module.conv1.weight.requires_grad_(False)
    calls = []
    module.conv2.register_forward_hook(lambda *_: calls.append(1))
    state = {name: value.clone() for name, value in module.state_dict().items()}

    attribute(network, picture()[None], parse_feature("conv2:3"), METHODS, FEW)

    assert all(part.training for part in module.modules())
    assert not module.conv1.weight.requires_grad
    assert module.conv2.weight.requires_grad
    assert module.conv2.weight.grad is None
    hooks = [len(part._forward_hooks) for part in module.modules()]
    assert sum(hooks) == 1
    assert not any(part._backward_hooks for part in module.modules())
    assert not any(part._forward_pre_hooks for part in module.modules())
    assert calls
    for name, value in module.state_dict().items():
        assert torch.equal(value, state[name])


def test_the_network_is_left_as_it_was_after_an_error() -> None:
    class Failing(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            raise RuntimeError("out of memory")

    module = nn.Sequential(nn.Flatten(), Failing()).train()
    network = as_network(module)
    module.train()

    with pytest.raises(RuntimeError, match="out of memory"):
        one(network, "gradient")

    assert all(part.training for part in module.modules())
    assert not any(part._forward_hooks for part in module.modules())


def test_progress_counts_every_picture_that_goes_through_the_network() -> None:
    seen: list[int] = []

    attribute(
        toy_network(),
        torch.stack([picture(), picture()]),
        parse_feature("logit:dot"),
        METHODS,
        FEW,
        on_progress=seen.append,
    )

    assert sum(seen) == 2 * n_views(METHODS, FEW, SIDE_PX)


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
