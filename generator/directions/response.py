"""How strongly activations point along a direction: one value per image."""

from typing import Literal

import torch
from torch import Tensor

from generator.errors import ConfigError, DirectionError

ResponseKind = Literal["dot", "cosine", "dot_cosine"]
"""Dot product, cosine, or their product with the cosine raised to a power."""

_LEAST_COSINE = 0.1
"""Below it the cosine counts as this much, so that the dot product still leads."""


def direction_response(
    activations: Tensor,
    direction: Tensor,
    *,
    kind: ResponseKind = "dot",
    power: float = 1.0,
    n_prefix_tokens: int = 0,
) -> Tensor:
    """Response of each image to a direction, larger = more.

    With a vector (C,), the mean over positions of the response at each one. With a
    spatial target (C, H, W), the response of the whole map, taken as one vector. Each
    image's value depends on that image alone.

    Args:
        activations: (B, C, *positions); (B, C) for a layer without positions.
        direction: (C,), or the shape of one image's activations.
        kind: `dot` a·v; `cosine` a·v / (|a| |v|), 0 where a is zero; `dot_cosine`
            a·v × max(cosine, 0.1)**power.
        power: of the cosine in `dot_cosine`, at least 0; other kinds ignore it.
        n_prefix_tokens: leading positions that a vector is not compared with.

    Returns:
        (B,) in the number format of the activations.

    Raises:
        ConfigError: the power is negative or not finite.
        DirectionError: the shapes do not fit.

    Source: `dot_cosine` after Carter et al. (2019), Activation Atlas.
        https://distill.pub/2019/activation-atlas
    """
    if not 0 <= power < float("inf"):
        raise ConfigError(f"power must be finite and at least 0; got {power}")
    vectors = _vectors(activations, direction, n_prefix_tokens)  # (B, C, P)
    along = direction.to(activations).flatten()  # (C,)
    dot = (vectors * along[:, None]).sum(1)  # (B, P)
    if kind == "dot":
        return dot.mean(1)
    cosine = _cosine(dot, vectors, along)
    if kind == "cosine":
        return cosine.mean(1)
    return (dot * cosine.clamp_min(_LEAST_COSINE) ** power).mean(1)


def _vectors(activations: Tensor, direction: Tensor, n_prefix_tokens: int) -> Tensor:
    """What the direction is compared with: (B, C, P); P = 1 for a spatial target."""
    n_images, *shape = activations.shape
    if direction.ndim > 1 and list(direction.shape) == shape:
        return activations.reshape(n_images, -1, 1)
    if direction.ndim == 1 and shape[:1] == list(direction.shape):
        vectors = activations.reshape(n_images, shape[0], -1)
        return vectors[:, :, n_prefix_tokens:]
    raise DirectionError(
        f"a direction of shape {tuple(direction.shape)} does not fit activations of "
        f"shape {tuple(activations.shape)}: (C,) fits (B, C, ...), (C, H, W) fits "
        "(B, C, H, W)"
    )


def _cosine(dot: Tensor, vectors: Tensor, along: Tensor) -> Tensor:
    """(B, P); zero, with gradient zero, where an activation vector is zero."""
    norm: Tensor = torch.linalg.vector_norm(vectors, dim=1)  # (B, P)
    is_zero = norm == 0
    safe_norm = norm.masked_fill(is_zero, 1)  # no infinite gradient behind the mask
    length: Tensor = torch.linalg.vector_norm(along)
    cosine = dot / (safe_norm * length)
    return cosine.masked_fill(is_zero, 0)
