"""Do parameters give back the picture they were made of?"""

from collections.abc import Callable
from typing import get_args

import torch
from torch.nn.functional import interpolate

from generator.parameterization.choice import for_images
from generator.search.choices import ParameterizationName
from generator.verification.check import Bound, Measured, Rule
from generator.verification.subject import Subject

_CLOSED = 1e-4
"""Pictures keep so far from black and white, where the sigmoid is flat."""

_NOT_EXACT = {"fourier_phase_gated"}
"""Starts with its gates a little closed, on purpose."""


def _round_trip(name: ParameterizationName) -> Callable[[Subject], Measured]:
    def measure(subject: Subject) -> Measured:
        side = subject.canvases.shape[-1]
        sizes = [(side, side), (side - 1, side - 1), (side, side - 3), (side - 3, side)]
        config = subject.config(parameterization=name)
        worst = 0.0
        for height, width in sizes:
            for images in (subject.canvases, subject.canvases[:1]):
                images = interpolate(images, size=(height, width), mode="bilinear")
                images = images.clamp(_CLOSED, 1 - _CLOSED)
                written = for_images(config, images)
                again = written.to_image(written.from_image(images))
                if again.shape != images.shape:
                    raise ValueError(f"{height} x {width} came back as {again.shape}")
                worst = max(worst, float((again - images).abs().max()))
        return Measured(
            value=worst,
            detail="worst pixel in float32; sizes "
            + ", ".join(f"{height} x {width}" for height, width in sizes),
        )

    return torch.no_grad()(measure)


RULES = tuple(
    Rule(
        id=f"round_trip.{name}",
        target="A2",
        sentence=f"A picture written as `{name}` parameters and read again differs by "
        "value at most, odd and unequal sides included.",
        bound=Bound(high=2e-6),
        measure=_round_trip(name),
    )
    for name in get_args(ParameterizationName)
    if name not in _NOT_EXACT
)
