"""Each crop law against its statement: Kolmogorov-Smirnov, at a fixed rng_seed."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from generator.config import AccentuationConfig, CropLaw
from generator.search.crop_laws import Boxes, crop_boxes, jitters
from generator.streams import JobStreams

N = 4000


def boxes(progress: float = 0.0, **settings: object) -> Boxes:
    config = AccentuationConfig(crop_range=(0.2, 0.6)).with_changes(**settings)
    rng = JobStreams(rng_seed=1, job_id="job").rng("crop")
    return crop_boxes(rng, N, config, progress=progress)


def agrees(values: Boxes, law: object) -> bool:
    """The values may well come from a law of scipy."""
    return bool(stats.kstest(values, law.cdf).pvalue > 0.01)  # type: ignore[attr-defined]


SIDES = stats.uniform(0.2, 0.4)
STANDARD = stats.uniform(0, 1)


@pytest.mark.parametrize(
    "law", ["uniform", "truncated", "centered", "toroidal", "padded"]
)
def test_sides_are_uniform_between_their_bounds(law: CropLaw) -> None:
    side, _, _ = boxes(crop_law=law).T

    assert agrees(side, SIDES)
    assert side.min() >= 0.2
    assert side.max() <= 0.6


@pytest.mark.parametrize("law", ["uniform", "truncated"])
def test_uniform_corners_fill_what_the_side_leaves(law: CropLaw) -> None:
    side, top, left = boxes(crop_law=law).T

    assert agrees(top / (1 - side), STANDARD)
    assert agrees(left / (1 - side), STANDARD)
    assert abs(np.corrcoef(top / (1 - side), left / (1 - side))[0, 1]) < 0.05


def test_toroidal_corners_are_anywhere() -> None:
    _, top, left = boxes(crop_law="toroidal").T

    assert agrees(top, STANDARD)
    assert agrees(left, STANDARD)


def test_padded_crops_touch_the_canvas_and_no_more_is_asked() -> None:
    side, top, left = boxes(crop_law="padded").T

    assert agrees((top + side) / (1 + side), STANDARD)
    assert agrees((left + side) / (1 + side), STANDARD)


@pytest.mark.parametrize("sd", [0.05, 0.15])
def test_centres_are_normal_when_crops_may_leave_the_canvas(sd: float) -> None:
    side, top, left = boxes(
        crop_law="centered", crop_center_sd=sd, crop_stays_inside=False
    ).T

    assert agrees(top + side / 2, stats.norm(0.5, sd))
    assert agrees(left + side / 2, stats.norm(0.5, sd))


def test_centres_are_clipped_when_crops_must_stay_inside() -> None:
    settings: dict[str, Any] = {"crop_law": "centered", "crop_center_sd": 0.15}
    side, top, left = boxes(**settings).T
    free = boxes(**settings, crop_stays_inside=False).T[1]

    for corner in (top, left):
        assert corner.min() >= -1e-12
        assert (corner + side).max() <= 1 + 1e-12
    assert np.allclose(top, np.clip(free, 0, 1 - side))


@pytest.mark.parametrize(("progress", "mean"), [(0.0, 0.5), (0.5, 0.275), (1.0, 0.05)])
def test_maco_sides_shrink_along_their_path(progress: float, mean: float) -> None:
    """N(μ, 0.05) clipped to [0.05, 1]; μ runs from 0.5 to 0.05."""
    side, top, _ = boxes(
        progress,
        crop_law="maco",
        crop_range=(0.05, 1.0),
        crop_center_sd=0.15,
        crop_stays_inside=False,
    ).T

    free = side[side > 0.05]
    law = stats.truncnorm((0.05 - mean) / 0.05, np.inf, loc=mean, scale=0.05)
    assert agrees(free, law)
    assert (side == 0.05).mean() == pytest.approx(
        stats.norm(mean, 0.05).cdf(0.05), abs=0.03
    )
    assert agrees(top + side / 2, stats.norm(0.5, 0.15))


def test_jitters_follow_their_laws() -> None:
    """Shifts uniform, 11 enlargements equally likely, 0 degrees 6 times in 26."""
    rng = JobStreams(rng_seed=1, job_id="job").rng("crop")

    down, right, late_down, late_right, scale, degrees = jitters(
        rng, N, AccentuationConfig()
    ).T

    for shift, width in [(down, 8), (right, 8), (late_down, 4), (late_right, 4)]:
        assert agrees(shift * 128 / width + 0.5, STANDARD)
    levels, counts = np.unique(scale.round(2), return_counts=True)
    assert np.allclose(levels, np.linspace(0.9, 1.1, 11))
    assert stats.chisquare(counts).pvalue > 0.01
    turns, counts = np.unique(degrees, return_counts=True)
    assert turns.tolist() == list(range(-10, 11))
    expected = np.where(turns == 0, 6, 1) * N / 26
    assert stats.chisquare(counts, expected).pvalue > 0.01
