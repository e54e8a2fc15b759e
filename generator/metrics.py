"""What is measured of a finished picture: whole, un-augmented, as it is saved."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from skimage.metrics import structural_similarity
from torch import Tensor

from generator.activations import whole_activations
from generator.capture import undisturbed
from generator.features import LOGIT_LAYER
from generator.layers import by_position
from generator.networks import Network
from generator.objectives import Objective, Unit

N_TOP = 5
"""Strongest logits that are noted of each picture."""

_LOWEST_CYCLES = 2
_HIGHEST_FREQUENCY = 0.4
"""The slope is fitted from 2 cycles per picture to 0.4 cycles per pixel."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LatentDistance:
    """How far apart two pictures are inside a network."""

    absolute: float
    """Mean over positions of the norm, over channels, of the difference."""

    relative: float
    """The same over the reference picture's own mean norm; NaN where that is 0."""

    channel_change: Tensor = field(compare=False, repr=False)
    """(C,) channel means of the picture less those of its reference, on the CPU."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureMetrics:
    """A picture compared with its seed image."""

    activation_before: float
    """Of the seed image."""

    activation_after: float

    ssim: float
    """Structural similarity; 1 for equal pictures."""

    pixel_rmse: float
    """Root of the mean squared difference, image units 0 to 1."""

    spectral_slope_before: float
    """Of log amplitude over log frequency; natural photographs have about -1."""

    spectral_slope_after: float

    latent: Mapping[str, LatentDistance]
    """At each recorded layer."""

    top_before: tuple[str, ...]
    """Labels of the strongest logits, strongest first; empty without a classifier."""

    top_after: tuple[str, ...]

    specificity: float | None
    """Gain of the feature over the median absolute gain of the other units of its
    layer, read at the same place or places; None for features that are no unit, or
    where nothing else moved."""

    def as_record(self) -> dict[str, Any]:
        """Every number, as plain values."""
        values = asdict(self)
        for distance in values["latent"].values():
            del distance["channel_change"]
        return values


def measure_pictures(
    network: Network,
    pictures: Tensor,
    references: Tensor,
    objectives: Sequence[Objective],
    *,
    layers: Collection[str],
) -> list[PictureMetrics]:
    """Compare pictures with their seed images, both (B, 3, H, W) in [0, 1].

    Args:
        objectives: the feature of each picture.
        layers: where latent distances are taken.
    """
    has_logits = any(layer.name == LOGIT_LAYER for layer in network.layers)
    read = frozenset[str]().union(*(objective.layers for objective in objectives))
    names = {*layers, *read, *([LOGIT_LAYER] if has_logits else [])}
    with undisturbed(network.module), torch.no_grad():
        after, before = (
            whole_activations(network, canvases, names)
            for canvases in (pictures, references)
        )
    return [
        PictureMetrics(
            activation_before=_response(objectives[i], before, i),
            activation_after=_response(objectives[i], after, i),
            ssim=structural_similarity_to(pictures[i], references[i]),
            pixel_rmse=pixel_rmse(pictures[i], references[i]),
            spectral_slope_before=spectral_slope(references[i]),
            spectral_slope_after=spectral_slope(pictures[i]),
            latent={
                name: latent_distance(after[name][i], before[name][i])
                for name in layers
            },
            top_before=_top(network, before, i),
            top_after=_top(network, after, i),
            specificity=_specificity(objectives[i], before, after, i),
        )
        for i in range(len(pictures))
    ]


def latent_distance(seen: Tensor, near: Tensor) -> LatentDistance:
    """Of the activations (C, *positions) of a picture and of its reference."""
    change, own = (by_position(part[None]).float() for part in (seen - near, near))
    apart, norm = (float(part.norm(dim=1).mean()) for part in (change, own))
    return LatentDistance(
        absolute=apart,
        relative=apart / norm if norm > 0 else float("nan"),
        channel_change=change[0].mean(1).cpu(),
    )


def structural_similarity_to(picture: Tensor, reference: Tensor) -> float:
    """SSIM of two pictures (3, H, W) in [0, 1], mean over RGB; 1 for equal ones.

    Windows are 7 × 7 pixels that weigh alike, not the Gaussian ones of the source.

    Source: Wang, Bovik, Sheikh & Simoncelli (2004), Image quality assessment.
    """
    ours, theirs = (part.double().cpu().numpy() for part in (picture, reference))
    compare: Callable[..., float] = structural_similarity  # untyped there
    return float(compare(ours, theirs, channel_axis=0, data_range=1.0))


def pixel_rmse(picture: Tensor, reference: Tensor) -> float:
    """Root mean squared difference of two pictures (3, H, W), image units 0 to 1."""
    return float((picture - reference).double().square().mean().sqrt())


def spectral_slope(picture: Tensor) -> float:
    """Fall-off of the amplitude spectrum of a picture (3, H, W), about -1 in nature.

    Slope of a straight line through log amplitude over log frequency, every frequency
    of the mean over RGB counting alike; NaN for a picture of one color.

    Source: Field (1987), Relations between the statistics of natural images.
    """
    gray = picture.double().mean(0).cpu().numpy()
    amplitude = np.abs(np.fft.rfft2(gray - gray.mean()))
    height, width = gray.shape
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    lowest = _LOWEST_CYCLES / max(height, width)
    fitted = (frequency >= lowest) & (frequency <= _HIGHEST_FREQUENCY)
    fitted &= amplitude > 1e-9 * max(1.0, float(amplitude.max()))
    if fitted.sum() < 3:
        return float("nan")
    slope, _ = np.polyfit(np.log(frequency[fitted]), np.log(amplitude[fitted]), 1)
    return float(slope)


def change_diversity(changes: Sequence[Tensor]) -> float:
    """How differently one feature is brought out in several seed images.

    Args:
        changes: (C,) each: channel means of a picture less those of its seed image.

    Returns:
        Mean of 1 - cosine over all pairs, 0 (the same change everywhere) to 2; NaN for
        fewer than two.
    """
    if len(changes) < 2:
        return float("nan")
    rows = torch.nn.functional.normalize(torch.stack(list(changes)).double(), dim=1)
    cosine = rows @ rows.T
    upper = torch.triu_indices(len(rows), len(rows), offset=1)
    return float(1 - cosine[upper[0], upper[1]].mean())


def _response(objective: Objective, seen: Mapping[str, Tensor], i: int) -> float:
    return float(objective({name: seen[name][i : i + 1] for name in objective.layers}))


def _top(network: Network, seen: Mapping[str, Tensor], i: int) -> tuple[str, ...]:
    if LOGIT_LAYER not in seen or not network.labels:
        return ()
    order = seen[LOGIT_LAYER][i].argsort(descending=True, stable=True)[:N_TOP]
    labels = network.labels  # fewer than logits: those without a name are numbers
    return tuple(labels[i] if i < len(labels) else str(i) for i in order.tolist())


def _specificity(
    objective: Objective,
    before: Mapping[str, Tensor],
    after: Mapping[str, Tensor],
    i: int,
) -> float | None:
    if not isinstance(objective, Unit):
        return None
    name = objective.layer
    now, then = (
        objective.of_every_channel({name: seen[name][i : i + 1]})[0].float()
        for seen in (after, before)
    )
    gains = now - then  # (C,)
    others = torch.cat([gains[: objective.index], gains[objective.index + 1 :]])
    typical = float(others.abs().quantile(0.5)) if len(others) else 0.0
    return float(gains[objective.index]) / typical if typical > 0 else None
