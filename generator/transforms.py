"""One random draw: crop, resize, noise. Two matrix products for any number of crops.

A crop and its resize are linear and separable, so crop k of a canvas X is
rows_k · X · columns_kᵀ. Bounds are real numbers: nothing is truncated, and no row or
column of the canvas stays outside every crop.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from generator.config import CropLaw, SearchConfig
from generator.streams import JobStreams, Purpose

_CENTER_SD = 0.05
"""`centered` law: spread of the crop's centre, fraction of the canvas side."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draws:
    """T random draws for each of J jobs."""

    rows: Tensor
    """(J, T, M, H): weights of the canvas rows in each of the M crop rows."""

    columns: Tensor
    """(J, T, M, W)."""

    noise: Tensor
    """(J, T, 3, M, M), image units."""

    def apply(self, canvases: Tensor) -> Tensor:
        """Cut the same crops out of each canvas (J, 3, H, W), and add the noise.

        Returns:
            (J * T, 3, M, M).
        """
        jobs, draws, side, height = self.rows.shape
        width = canvases.shape[-1]
        flat = canvases.permute(0, 2, 1, 3).reshape(jobs, height, 3 * width)
        stacked = self.rows.reshape(jobs, draws * side, height)
        resized = (stacked @ flat).reshape(jobs, draws, side, 3, width)
        crops = resized.transpose(2, 3) @ self.columns[:, :, None].mT
        return (crops + self.noise).flatten(0, 1)

    def show(self, maps: Tensor) -> Tensor:
        """What the same crops show of maps (J, H, W), without noise.

        Returns:
            (J * T, M, M).
        """
        return (self.rows @ maps[:, None] @ self.columns.mT).flatten(0, 1)

    def coverage(self) -> Tensor:
        """What the crops give back to each pixel for a spatially uniform objective.

        Returns:
            (J, H, W), mean over draws.
        """
        down = self.rows.sum(2)  # (J, T, H)
        across = self.columns.sum(2)  # (J, T, W)
        return torch.einsum("jth,jtw->jhw", down, across) / down.shape[1]


def draw(
    streams: list[JobStreams],
    config: SearchConfig,
    *,
    step: int,
    input_px: int,
    canvas_size: tuple[int, int],
    like: Tensor,
    for_balance: int | None = None,
    for_evaluation: int | None = None,
) -> Draws:
    """Draw crops and noise for each job from the job's own streams.

    Args:
        streams: of each job.
        step: which draw of the stream this is.
        input_px: side of the crops after the resize.
        canvas_size: height and width.
        like: gives number format and device.
        for_balance, for_evaluation: number of draws from the streams of the balance
            or of the evaluation, instead of the configured number from the search's.
    """
    n_draws = for_balance or for_evaluation or config.draws_per_step
    crop: Purpose = "crop"
    noise_kind: Purpose = "noise"
    if for_balance is not None:
        crop, noise_kind = "balance_crop", "balance_noise"
    elif for_evaluation is not None:
        crop, noise_kind = "evaluation_crop", "evaluation_noise"
    boxes = np.stack(
        [
            crop_boxes(
                s.rng(crop, step),
                n_draws,
                law=config.crop_law,
                crop_range=config.crop_range,
            )
            for s in streams
        ]
    )  # (J, T, 3)
    noise = np.stack(
        [
            noise_values(
                s.rng(noise_kind, step),
                (n_draws, 3, input_px, input_px),
                config,
            )
            for s in streams
        ]
    )
    side, top, left = torch.from_numpy(boxes).unbind(-1)
    height, width = canvas_size
    return Draws(
        rows=resize_weights(top * height, side * height, height, input_px).to(like),
        columns=resize_weights(left * width, side * width, width, input_px).to(like),
        noise=torch.from_numpy(noise).to(like),
    )


def crop_boxes(
    rng: np.random.Generator,
    n_draws: int,
    *,
    law: CropLaw,
    crop_range: tuple[float, float],
) -> np.ndarray:
    """Random square crops.

    Returns:
        (n_draws, 3) float64: side, top and left as fractions of the canvas.
    """
    side = rng.uniform(*crop_range, size=n_draws)
    if law == "uniform":
        corner = rng.uniform(size=(2, n_draws)) * (1 - side)
    else:
        center = rng.normal(0.5, _CENTER_SD, size=(2, n_draws))
        corner = np.clip(center, side / 2, 1 - side / 2) - side / 2
    return np.stack([side, *corner], axis=1)


def noise_values(
    rng: np.random.Generator, shape: tuple[int, ...], config: SearchConfig
) -> np.ndarray:
    """Normal plus uniform noise of the configured sizes, float32."""
    values = np.zeros(shape, dtype=np.float32)
    if config.noise_sd:
        values += config.noise_sd * rng.standard_normal(shape, dtype=np.float32)
    if config.noise_range:
        values += config.noise_range * (rng.random(shape, dtype=np.float32) - 0.5)
    return values


def resize_weights(start: Tensor, length: Tensor, n_source: int, n_out: int) -> Tensor:
    """Antialiased bilinear resize of a stretch of a line, as a matrix.

    Output pixel i weighs source pixel j by max(0, 1 - |j - c| / max(1, s)), made to
    sum to 1, with s = length / n_out and c = start + s (i + ½) - ½.

    Args:
        start, length: (...) where the stretch begins and how long it is, source
            pixels, real numbers.
        n_source, n_out: pixels of the line and of the result.

    Returns:
        (..., n_out, n_source) float64.
    """
    spacing = (length.double() / n_out)[..., None]  # (..., 1)
    position = torch.arange(n_out, device=start.device) + 0.5  # (n_out,)
    center = start.double()[..., None] + spacing * position - 0.5  # (..., n_out)
    pixel = torch.arange(n_source, device=start.device)
    distance = (pixel - center[..., None]).abs() / spacing.clamp_min(1)[..., None]
    weights = (1 - distance).clamp_min(0)
    return weights / weights.sum(-1, keepdim=True)
