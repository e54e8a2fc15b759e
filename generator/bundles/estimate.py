"""What a plan will make and how long that takes, before anything is made."""

import time
from dataclasses import dataclass

import torch

from generator.bundles.plan import Plan
from generator.bundles.plan_check import CheckedPlan
from generator.capture import undisturbed
from generator.networks import Network

TIMED_CROPS = 8
"""Crops in the pass that is timed."""

OVERHEAD = 1.6
"""Cost of a whole step over that of its passes through the network alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleEstimate:
    """The size of a plan."""

    n_features: int
    n_photographs: int
    n_accentuations: int
    n_visualizations: int
    n_query_pairs: int
    n_pictures: int
    """PNG files in the bundle."""

    seconds: float
    """Rough, on this machine as busy as it is now; nothing finished before counts."""

    def as_text(self, checked: CheckedPlan) -> str:
        """The numbers for people, one line each."""
        plan = checked.plan
        minutes = self.seconds / 60
        return "\n".join(
            [
                f"plan {plan.name}: {self.n_features} features of "
                f"{checked.network.name}, {checked.canvas_px} px",
                f"  photographs to index      {self.n_photographs}",
                f"  accentuations             {self.n_accentuations} "
                f"({plan.accentuation.steps} steps each)",
                f"  feature visualizations    {self.n_visualizations} "
                f"({plan.visualization.steps} steps each)",
                f"  query pairs               {self.n_query_pairs}",
                f"  pictures in the bundle    {self.n_pictures}",
                f"  estimated time            {minutes:.1f} min on "
                f"{checked.network.device}, if nothing was made before",
            ]
        )


def estimate_bundle(checked: CheckedPlan) -> BundleEstimate:
    """Count the jobs of a plan, and time one pass of its network."""
    plan = checked.plan
    n_features = len(plan.features)
    n_seeds = n_features * plan.selection.n_seed_images
    n_visualizations = n_features * plan.n_feature_visualizations
    n_pairs = n_features * plan.query_pairs.n_pairs
    n_tiles = n_features * plan.selection.n_natural
    crops = n_crop_passes(plan) + len(checked.photographs) / 3
    return BundleEstimate(
        n_features=n_features,
        n_photographs=len(checked.photographs),
        n_accentuations=n_seeds,
        n_visualizations=n_visualizations,
        n_query_pairs=n_pairs,
        # a seed image comes with its accentuation, opacity map and masked view
        n_pictures=n_tiles + 4 * n_seeds + n_visualizations + 2 * n_pairs,
        seconds=OVERHEAD * crops * seconds_per_crop(checked.network),
    )


def n_crop_passes(plan: Plan) -> float:
    """Crops that go forward and back through the network, seed images included."""
    accentuation, visualization = plan.accentuation, plan.visualization
    draws = accentuation.steps * accentuation.draws_per_step
    # The seed image goes forward only, and part of the way: about a third more.
    each_accentuation = (draws + accentuation.balance_draws) * 4 / 3
    each_visualization = visualization.steps * visualization.draws_per_step
    return len(plan.features) * (
        plan.selection.n_seed_images * each_accentuation
        + plan.n_feature_visualizations * each_visualization
    )


def seconds_per_crop(network: Network) -> float:
    """Time of one crop forward and back, the second of two passes."""
    side = network.preprocessing.input_px
    seconds = 0.0
    with undisturbed(network.module), torch.enable_grad():
        for _ in range(2):
            crops = torch.zeros(TIMED_CROPS, 3, side, side, device=network.device)
            crops.requires_grad_()
            started = time.perf_counter()
            torch.autograd.grad(network.module(crops).sum(), crops)
            seconds = time.perf_counter() - started
    return seconds / TIMED_CROPS
