"""Where random crops lie: one function per law, from a generator to boxes. No torch.

A box is a square: side, top and left as fractions of the canvas. Laws that are stated
for the canvas alone give boxes inside it; the others may reach beyond.
"""

import numpy as np
from numpy.typing import NDArray

from generator.search.config import SearchConfig
from generator.search.stratified import Stratified

Boxes = NDArray[np.float64]

_N_SCALES = 11
_EXTRA_STRAIGHT = 5
"""`jitter`: whole degrees are equally likely, but 0 counts this many times more."""


def crop_boxes(
    rng: np.random.Generator | Stratified,
    n_draws: int,
    config: SearchConfig,
    *,
    progress: float = 0.0,
) -> Boxes:
    """Random square crops by the configured law; not for `jitter`.

    Args:
        progress: share of the run that is over, 0 to 1; `maco` depends on it.

    Returns:
        (n_draws, 3): side, top and left as fractions of the canvas.

    Source: `maco`: Fel et al. (2023), arXiv 2306.06805; `uniform`: the law of
        Hamblin et al. (2024), arXiv 2402.10039. `toroidal` and `padded` are ours: they
        cover every pixel equally.
    """
    side = _sides(rng, n_draws, config, progress)
    if config.crop_law == "toroidal":
        corner = rng.uniform(size=(2, n_draws))
    elif config.crop_law == "padded":
        corner = rng.uniform(size=(2, n_draws)) * (1 + side) - side
    elif config.crop_law in {"centered", "maco"}:
        corner = _around_center(rng, side, config)
    else:
        corner = rng.uniform(size=(2, n_draws)) * (1 - side)
    return np.stack([side, *corner], axis=1)


def _sides(
    rng: np.random.Generator | Stratified,
    n_draws: int,
    config: SearchConfig,
    progress: float,
) -> Boxes:
    if config.crop_law != "maco":
        return rng.uniform(*config.crop_range, size=n_draws)
    first, last = config.crop_side_path
    mean = first + (last - first) * progress
    side: Boxes = rng.normal(mean, config.crop_side_sd, size=n_draws)
    return np.clip(side, *config.crop_range)


def _around_center(
    rng: np.random.Generator | Stratified, side: Boxes, config: SearchConfig
) -> Boxes:
    """(2, n_draws) top and left of crops whose centres are normally distributed."""
    center = rng.normal(0.5, config.crop_center_sd, size=(2, len(side)))
    if config.crop_stays_inside:
        center = np.clip(center, side / 2, 1 - side / 2)
    return np.asarray(center - side / 2)


def jitters(rng: np.random.Generator, n_draws: int, config: SearchConfig) -> Boxes:
    """Random shifts, enlargements and turns of the padded canvas.

    Returns:
        (n_draws, 6): down and right before turning, the same after it, fractions of
        the canvas side; enlargement; degrees, positive turns the picture clockwise.

    Source: Lucid's standard transformations; Olah, Mordvintsev & Schubert (2017),
        Feature Visualization.
    """
    before, after = config.jitter_shifts
    shifts = rng.uniform(-0.5, 0.5, size=(4, n_draws))
    shifts *= np.array([before, before, after, after])[:, None]
    scales = np.linspace(*config.jitter_scale, _N_SCALES)
    most = config.jitter_turn_degrees
    degrees = np.concatenate([np.arange(-most, most + 1), np.zeros(_EXTRA_STRAIGHT)])
    return np.stack(
        [
            *shifts,
            scales[rng.integers(len(scales), size=n_draws)],
            degrees[rng.integers(len(degrees), size=n_draws)],
        ],
        axis=1,
    )
