"""Pictures × methods → attribution maps, on the canvas and as the method gives them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from generator.activations import network_view
from generator.attribution import captum_maps
from generator.attribution.grad_cam import grad_cam, grad_cam_layer
from generator.attribution.rise import rise
from generator.attribution.settings import (
    UNSIGNED,
    AttributionConfig,
    MethodName,
    check_methods,
)
from generator.attribution.target import OnViews, Target
from generator.capture import undisturbed
from generator.features import Feature
from generator.networks import Network


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AttributionMap:
    """Where one picture's response of one feature comes from, by one method."""

    method: MethodName
    feature: Feature

    raw: Tensor
    """(C, h, w) float32 as the method gives it, signed: three channels at network
    input size for gradients; one channel for `occlusion` and `rise`, at that size,
    and for Grad-CAM at the size of its layer."""

    on_canvas: Tensor
    """(H, W) float32: `raw` in one channel, enlarged bilinearly to the canvas. The
    channels are added (gradient x input and integrated gradients keep their sum in
    `raw`); for `gradient` and `smooth_grad` it is the mean of their sizes instead."""

    activation: float
    """Of the feature, to the picture as the network takes it."""

    completeness_error: float | None
    """`integrated_gradients`: |sum - gain over the baseline| / |gain|. None for the
    other methods, which do not promise to add up, and where nothing was gained."""

    is_complete: bool | None
    """Whether that error is within the tolerance; None for the other methods."""

    settings: dict[str, Any]
    """What the method was run with."""


def attribute(
    network: Network,
    canvases: Tensor,
    feature: Feature,
    methods: Sequence[str],
    config: AttributionConfig | None = None,
    *,
    on_progress: OnViews | None = None,
) -> list[AttributionMap]:
    """Maps of one feature on several pictures. The network is left as it was.

    Args:
        canvases: (B, 3, H, W) in [0, 1]. Each picture's maps are what they would be
            without the others; only the layer that Grad-CAM is read of, where none is
            given, is one for all.
        methods: names from `METHODS`.
        on_progress: told how many pictures went through the network; the sum is
            `n_views` for each picture.

    Returns:
        B × methods maps, picture by picture, methods in the order of `METHODS`.

    Raises:
        ConfigError: an unknown method, or a feature that Grad-CAM cannot be read of.
        MissingExtraError: a method needs Captum, which is not installed.
        LayerNotFoundError, FeatureNotFoundError: the network has no such feature.
    """
    config = config or AttributionConfig()
    chosen = check_methods(methods)
    captum_maps.check_captum(chosen)
    target = Target.find(network, feature, on_views=on_progress)
    views = network_view(network, canvases)  # (B, 3, h, w)
    maps = []
    with undisturbed(network.module):
        if any(name.startswith("grad_cam") for name in chosen):
            quiet = Target.find(network, feature)
            layer = grad_cam_layer(quiet, views, config.grad_cam_layer)
            config = replace(config, grad_cam_layer=layer.name)
        for canvas, view in zip(canvases, views[:, None], strict=True):
            with torch.no_grad():
                activation = float(target.score(view))
            maps += [
                _one(target, canvas, view, method, config, activation)
                for method in chosen
            ]
    return maps


def n_views(
    methods: Sequence[MethodName], config: AttributionConfig, input_px: int
) -> int:
    """Pictures that go through the network for one canvas, its activation included."""
    window, stride = config.occlusion_px(input_px)
    squares = (-(-(input_px - window) // stride) + 1) ** 2
    views: dict[MethodName, int] = {
        "gradient": 1,
        "gradient_x_input": 1,
        "integrated_gradients": config.integration_steps + 2,
        "smooth_grad": config.smooth_samples,
        "grad_cam": 1,
        "grad_cam_relu": 1,
        "occlusion": squares + 1,
        "rise": config.rise_masks + 1,
    }
    return 1 + sum(views[method] for method in methods)


def _one(
    target: Target,
    canvas: Tensor,
    view: Tensor,
    method: MethodName,
    config: AttributionConfig,
    activation: float,
) -> AttributionMap:
    error = None
    is_complete = None
    if method == "integrated_gradients":
        raw, error = captum_maps.integrated_gradients(target, view, config)
        is_complete = error is not None and error <= config.completeness_tolerance
    else:
        raw = _raw(target, view, method, config)
    raw = raw.detach().float().cpu()
    return AttributionMap(
        method=method,
        feature=target.feature,
        raw=raw,
        on_canvas=_on_canvas(raw, method, view.shape[-1], canvas),
        activation=activation,
        completeness_error=error,
        is_complete=is_complete,
        settings=config.settings_of(method, view.shape[-1]),
    )


def _raw(
    target: Target,
    view: Tensor,
    method: MethodName,
    config: AttributionConfig,
) -> Tensor:
    """The map of every method but `integrated_gradients`, signed."""
    match method:
        case "gradient":
            return captum_maps.gradient(target, view)
        case "gradient_x_input":
            return captum_maps.gradient_x_input(target, view)
        case "smooth_grad":
            return captum_maps.smooth_grad(target, view, config)
        case "occlusion":
            return captum_maps.occlusion(target, view, config)
        case "rise":
            return rise(target, view, config)
        case _:
            layer = grad_cam_layer(target, view, config.grad_cam_layer)
            found = grad_cam(target, view, layer)
            return found.clamp(min=0) if method == "grad_cam_relu" else found


def _on_canvas(
    raw: Tensor, method: MethodName, input_px: int, canvas: Tensor
) -> Tensor:
    """One channel, brought to network-input size and from there to the canvas."""
    single = raw.abs().mean(0) if method in UNSIGNED else raw.sum(0)
    at_input = _resized(single, (input_px, input_px))
    return _resized(at_input, (canvas.shape[-2], canvas.shape[-1]))


def _resized(map_: Tensor, size: tuple[int, int]) -> Tensor:
    return interpolate(
        map_[None, None],
        size=size,
        mode="bilinear",
        align_corners=False,
        antialias=True,
    )[0, 0]
