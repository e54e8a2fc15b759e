"""RISE: which parts are visible when the feature responds. Our own; no Captum.

Source: Petsiuk, Das & Saenko (2018), arXiv 1806.07421. Two things differ, neither
of which changes the expected order of the pixels. Coverage is counted over the masks
drawn instead of assumed, and the mean activation is taken out: a feature that does
not care gives an exactly flat map of 0, whatever the masks.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from generator.attribution.captum_maps import baseline_view
from generator.attribution.settings import AttributionConfig
from generator.attribution.target import Target
from generator.streams import JobStreams


def rise(target: Target, view: Tensor, config: AttributionConfig) -> Tensor:
    """Mean activation while a pixel is visible, minus the mean over all masks.

    Args:
        view: (1, 3, h, w); what a mask hides becomes gray.

    Returns:
        (1, h, w), signed.
    """
    side = view.shape[-1]
    gray = baseline_view(target.network, config)
    weighted = torch.zeros_like(view[:, :1])  # (1, 1, h, w)
    coverage = torch.zeros_like(weighted)
    total = torch.zeros((), device=view.device)
    with torch.no_grad():
        whole = target.score(view)  # taken off every score, to keep the sums small
        for masks in random_masks(side, config):
            visible = masks.to(view.device)
            scores = target.score(gray + visible * (view - gray)) - whole  # (n,)
            weighted += (scores[:, None, None, None] * visible).sum(0, keepdim=True)
            coverage += visible.sum(0, keepdim=True)
            total += scores.sum()
    mean = total / config.rise_masks
    seen = coverage > 0
    found = torch.where(seen, weighted / coverage.where(seen, 1.0) - mean, 0.0)
    return found[0]


def random_masks(side_px: int, config: AttributionConfig) -> Iterator[Tensor]:
    """Smooth random masks in passes of (n, 1, side_px, side_px), 0 hides and 1 shows.

    A coarse grid of cells, each visible with a fixed probability, is enlarged
    bilinearly to one cell more than the picture and cut out at a random offset.
    """
    rng = JobStreams(rng_seed=config.rng_seed, job_id="rise").rng("noise")
    cell_px = -(-side_px // config.rise_grid)  # rounded up
    large_px = (config.rise_grid + 1) * cell_px
    shape = (config.rise_masks, 1, config.rise_grid, config.rise_grid)
    grids = (rng.random(shape, dtype=np.float32) < config.rise_visible).astype("f4")
    offsets = rng.integers(0, cell_px, (config.rise_masks, 2)).tolist()
    for first in range(0, config.rise_masks, config.views_per_pass):
        pass_ = slice(first, first + config.views_per_pass)
        large = interpolate(
            torch.from_numpy(grids[pass_]),
            size=(large_px, large_px),
            mode="bilinear",
            align_corners=False,
        )
        yield torch.stack(
            [
                mask[:, top : top + side_px, left : left + side_px]
                for mask, (top, left) in zip(large, offsets[pass_], strict=True)
            ]
        )
