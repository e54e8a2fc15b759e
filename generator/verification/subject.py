"""What the checks are run on: a network, pictures, and features that respond."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from generator.accentuation_job import AccentuationJob
from generator.activations import network_view, strongest_logits
from generator.capture import layer_activations, undisturbed
from generator.config import AccentuationConfig
from generator.errors import FeatureNotFoundError
from generator.features import LOGIT_LAYER, Feature, FeatureId
from generator.layers import LayerInfo, by_position
from generator.networks import Network
from generator.photographs import (
    default_canvas_px,
    quantize,
    read_photograph,
    to_canvas,
)
from generator.search.regularization import choose_layer
from generator.streams import JobStreams

_N_PICTURES = 3
_SMOOTHNESS = (4, 8, 16, 32)
"""Blobs across a picture made of noise, coarse to fine."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A network on trial."""

    network: Network

    canvases: Tensor
    """(B, 3, S, S) in [0, 1], in 256 levels; at least two."""

    feature: Feature
    """Of the output, where there is a classifier; responds to the first canvas."""

    rival: Feature
    """Another one of the same layer."""

    channel: FeatureId
    """A channel in the middle of the network that responds to the first canvas."""

    regularization_layer: str
    """The default one for `feature`, and not deeper than `channel`."""

    rng_seed: int

    @cached_property
    def double(self) -> Network:
        """A copy of the network in float64."""
        module = copy.deepcopy(self.network.module).double()
        return replace(self.network, module=module)

    def jobs(self, n_jobs: int = 3) -> list[AccentuationJob]:
        """Different pictures, features of different depth."""
        features = [self.feature, self.channel, self.feature - self.rival]
        return [
            AccentuationJob(
                seed_image=self.canvases[i % len(self.canvases)],
                feature=features[i % len(features)],
                rng_seed=self.rng_seed,
                name=f"picture {i}",
            )
            for i in range(n_jobs)
        ]

    def config(self, **changes: object) -> AccentuationConfig:
        """A short search; all jobs of a check fit into one pass."""
        short = AccentuationConfig(
            steps=4,
            draws_per_step=2,
            balance_draws=4,
            pictures_per_pass=32,
            regularization_layers=(self.regularization_layer,),
        )
        return short.with_changes(**changes)


def subject_of(
    network: Network, *, photographs: Sequence[Path] = (), rng_seed: int = 0
) -> Subject:
    """Pictures, and features that respond to them.

    Args:
        photographs: what to look at. None: smooth noise made from `rng_seed`.

    Raises:
        PhotographError: a photograph cannot be read.
        NetworkError, FeatureNotFoundError: the network has no layer with positions,
            or nothing in it that responds.
    """
    canvas_px = default_canvas_px(network.preprocessing)
    seen = [
        to_canvas(read_photograph(path), network.preprocessing, canvas_px)
        for path in photographs
    ]
    n_missing = max(0, _N_PICTURES - len(seen))
    canvases = torch.stack(seen + smooth_pictures(n_missing, canvas_px, rng_seed))
    held = choose_layer(
        network.module, network.layers, wanted=None, feature=network.layers[-1].name
    )
    channel = _responding(network, canvases[:1], _middle_layer(network, held), 1)[0]
    feature, rival = _of_the_output(network, canvases[:1])
    return Subject(
        network=network,
        canvases=canvases,
        feature=feature,
        rival=rival,
        channel=channel,
        regularization_layer=held,
        rng_seed=rng_seed,
    )


def smooth_pictures(n_pictures: int, side_px: int, rng_seed: int) -> list[Tensor]:
    """Colored blobs of several sizes, (3, side, side) each, in 256 levels."""
    pictures = []
    for number in range(n_pictures):
        streams = JobStreams(rng_seed=rng_seed, job_id=f"smooth picture {number}")
        rng = streams.rng("init")
        total = torch.zeros(1, 3, side_px, side_px)
        for blobs in _SMOOTHNESS:
            coarse = rng.standard_normal((1, 3, blobs, blobs), dtype=np.float32)
            size = (side_px, side_px)
            total += interpolate(torch.from_numpy(coarse), size=size, mode="bicubic")
        pictures.append(quantize(total[0].mul(0.6).sigmoid()))
    return pictures


def _middle_layer(network: Network, held: str) -> LayerInfo:
    """Halfway between the regularization layer and the last layer with positions."""
    order = [layer.name for layer in network.layers]
    placed = [layer for layer in network.layers if layer.stride_px is not None]
    later = [layer for layer in placed if order.index(layer.name) >= order.index(held)]
    # Jobs that look at a convolution itself have a batch of their own.
    shared = [layer for layer in later if layer.kind != "Conv2d"] or later
    return shared[len(shared) // 2]


def _of_the_output(network: Network, canvas: Tensor) -> list[Feature]:
    """The two strongest logits; channels of the last layer where there are none."""
    last = network.layers[-1]
    if last.name == LOGIT_LAYER and len(network.labels) > 1:
        return list(strongest_logits(network, canvas[0])[:2])
    placed = [layer for layer in network.layers if layer.stride_px is not None]
    return list(_responding(network, canvas, placed[-1], 2))


def _responding(
    network: Network, canvas: Tensor, layer: LayerInfo, count: int
) -> list[FeatureId]:
    """The channels of a layer that respond most to a canvas."""
    with undisturbed(network.module), torch.no_grad():
        view = network_view(network, canvas)
        seen = by_position(layer_activations(network, view, [layer.name])[layer.name])
    strength = seen[0].mean(1)  # (C,)
    if len(strength) < count or not strength.abs().max() > 0:
        raise FeatureNotFoundError(
            f"layer {layer.name!r} responds to nothing in the picture; give another "
            "one (--photograph FILE)"
        )
    strongest = strength.topk(count).indices.tolist()
    return [FeatureId(layer.name, str(index)) for index in strongest]
