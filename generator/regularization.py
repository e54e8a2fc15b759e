"""Staying near the seed image: a distance inside the network, and its weight."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from generator.errors import ConfigError, NetworkError
from generator.layers import LayerInfo, by_position, check_layer

_STRIDE_PX = 8
"""One position for each 8 × 8 input pixels: parts and textures, not yet objects."""


def smoothed_distance(
    activations: Tensor, reference: Tensor, smoothing: Tensor, *, n_jobs: int
) -> Tensor:
    """Mean over draws and positions of √(‖Δ‖² + δ²) − δ, norm over channels.

    The plain norm has no gradient at zero distance, where every search starts.

    Args:
        activations, reference: (J * T, ...) at one layer, the draws of a job together.
        smoothing: (J,) δ; 0 gives the plain norm, with gradient 0 at distance 0.
        n_jobs: J.

    Returns:
        (J,).
    """
    squared = by_position(activations - reference).square().sum(1)  # (J * T, P)
    per_job = squared.reshape(n_jobs, -1)  # (J, T * P)
    delta = smoothing[:, None]
    total = per_job + delta.square()
    apart = total > 0
    norm = torch.where(apart, torch.where(apart, total, 1.0).sqrt(), 0.0)
    return (norm - delta).mean(1)


def channel_norm(activations: Tensor) -> Tensor:
    """Root of the mean over positions of the squared channel norm, (B,)."""
    return by_position(activations).square().sum(1).mean(1).sqrt()


def choose_layer(
    module: nn.Module, layers: Sequence[LayerInfo], *, wanted: str | None, feature: str
) -> str:
    """The layer at which the distance is taken for features of a layer.

    Unless one is wanted: the first stage with one position for each 8 × 8 input
    pixels (mobilenet_v2: features.4, resnet50: layer2), or, where there is none that
    coarse, the last one with positions. Never deeper than the feature's own layer.

    Args:
        module: the network.
        layers: from `list_layers`.
        wanted: a layer name, or None for the rule.
        feature: the feature's layer.

    Raises:
        LayerNotFoundError: no layer is called as wanted.
        ConfigError: the layer wanted is deeper than the feature's.
    """
    order = [layer.name for layer in layers]
    end = order.index(feature)
    if wanted is not None:
        if order.index(check_layer(wanted, layers).name) > end:
            raise ConfigError(
                f"regularization_layer {wanted!r} is deeper than the feature's layer "
                f"{feature!r}; choose an earlier one"
            )
        return wanted
    placed = [s for s in _stages(module, layers) if s.stride_px is not None]
    if not placed:
        raise NetworkError(
            "no stage of this network has positions to compare pictures at; "
            "name a layer as regularization_layer"
        )
    coarse = (s for s in placed if (s.stride_px or 0) >= _STRIDE_PX - 0.5)
    chosen = next(coarse, placed[-1]).name
    return chosen if order.index(chosen) <= end else feature


def _stages(module: nn.Module, layers: Sequence[LayerInfo]) -> list[LayerInfo]:
    """The network's top-level parts; containers that span many strides are opened."""
    by_name = {layer.name: layer for layer in layers}
    stages: list[LayerInfo] = []
    pending = [(name, child) for name, child in module.named_children()]
    while pending:
        name, child = pending.pop(0)
        layer = by_name.get(name)
        stride = layer.stride_px if layer else None
        if isinstance(child, nn.Sequential) and (
            stride is None or stride > 1.5 * _STRIDE_PX
        ):
            inner = [(f"{name}.{key}", part) for key, part in child.named_children()]
            pending = inner + pending
        elif layer is not None:
            stages.append(layer)
    return stages
