"""Does a picture end where it was asked to?"""

from dataclasses import replace

import numpy as np
import torch

from generator.accentuation import accentuate
from generator.activation_levels import reach_levels
from generator.activations import feature_activations
from generator.goals.budget import BUDGET_TOLERANCE
from generator.goals.levels import Level
from generator.goals.target import TARGET_TOLERANCE
from generator.verification.check import Bound, Measured, Rule
from generator.verification.subject import Subject, smooth_pictures

_DISTANCE = 0.02
"""Root mean squared change of the pixels: reached by any network in few steps."""

_STEPS = 40


def _budget(subject: Subject) -> Measured:
    config = subject.config(distance_budget=f"pixel_rmse={_DISTANCE}", steps=_STEPS)
    (made,) = accentuate(subject.network, subject.jobs(1), config)
    budget = made.budget
    if budget is None:
        raise RuntimeError("the search kept no record of its budget")
    rmse = float(made.change.square().mean().sqrt())
    return Measured(
        value=abs(rmse / _DISTANCE - 1),
        detail=f"pixel RMSE of the saved picture {rmse:.4g}, asked for {_DISTANCE:g}, "
        f"{_STEPS} steps; flag: {budget.flag or 'none'}",
    )


_N_LEVELS = 11
_N_NATURAL = 24


def _targets(subject: Subject) -> Measured:
    """Levels between what a search downwards and one upwards reach."""
    config = subject.config(steps=_STEPS // 2)
    job = subject.jobs(1)[0]
    ends = [
        accentuate(subject.network, [replace(job, suppress=down)], config)[0]
        for down in (True, False)
    ]
    low, high = (made.activation_after for made in ends)
    side_px = job.seed_image.shape[-1]
    pictures = smooth_pictures(_N_NATURAL, side_px, subject.rng_seed)
    canvases = torch.stack(pictures + list(subject.canvases))
    natural = feature_activations(subject.network, canvases, [job.feature])[:, 0]
    shares = np.linspace(0.1, 0.9, _N_LEVELS).tolist()
    levels = [Level(kind="value", amount=low + s * (high - low)) for s in shares]
    (found,) = reach_levels(
        subject.network, [job], config, levels, {job.feature: natural.numpy()}
    )
    errors = [made.target.error for made in found if made.target is not None]
    return Measured(
        value=max(errors),
        detail=f"{len(errors)} levels from {levels[0].amount:.3g} to "
        f"{levels[-1].amount:.3g}, the seed image at {ends[1].activation_before:.3g}; "
        f"natural range over {len(canvases)} pictures of blobs",
    )


RULES = (
    Rule(
        id="target",
        target="Q2",
        sentence="The activation of the saved picture is off its level by a fraction "
        "of value of the natural range, the worst of 11 levels in both directions.",
        bound=Bound(high=TARGET_TOLERANCE),
        measure=_targets,
    ),
    Rule(
        id="budget",
        target="Q2",
        sentence="The distance of the saved picture is off the budget by a fraction "
        "of value.",
        bound=Bound(high=BUDGET_TOLERANCE),
        measure=_budget,
    ),
)
