"""What a plan will make, and the memory and time it takes, before anything is made."""

import resource
import sys
import time
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from generator.bundles.attributions import views_per_picture
from generator.bundles.control_config import ControlName, kind_of
from generator.bundles.plan import Plan
from generator.bundles.plan_check import CheckedPlan
from generator.capture import undisturbed
from generator.config import SearchConfig
from generator.networks import Network
from generator.search.packing import jobs_per_pass

TIMED_CROPS = 8
"""Crops in the pass that is timed."""

OVERHEAD = 1.6
"""Cost of a whole step over that of its passes through the network alone."""

SEED_IMAGE_SHARE = 1 / 3
"""Cost of a crop that only goes forward, over one that goes forward and back."""

MEASURED_SHARE = 1 / 3
"""The same of the whole picture that a matched search measures in each step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PassCost:
    """One crop on its way through the network, forward and back."""

    seconds: float

    n_bytes: int
    """Kept for the way back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleEstimate:
    """The size of a plan."""

    n_features: int
    n_photographs: int

    jobs: dict[str, int]
    """Kind of stimulus to pictures that are made."""

    n_query_pairs: int
    n_pictures: int
    """PNG files in the bundle."""

    peak_bytes: int
    """Memory of this process or of the accelerator while the largest pass runs."""

    seconds: float
    """Rough, on this machine as busy as it is now; nothing finished before counts."""

    def as_text(self, checked: CheckedPlan) -> str:
        """The numbers for people, one line each."""
        plan = checked.plan
        steps = {
            "accentuation": plan.accentuation.steps,
            "feature_visualization": plan.visualization.steps,
        }
        device = checked.network.device
        lines = [
            f"plan {plan.name}: {self.n_features} features of "
            f"{checked.network.name}, {checked.canvas_px} px",
            _line("photographs to index", self.n_photographs),
        ]
        for kind, count in self.jobs.items():
            note = f" ({steps[kind]} steps each)" if kind in steps else ""
            lines.append(_line(kind, f"{count}{note}"))
        return "\n".join(
            [
                *lines,
                _line("query pairs", self.n_query_pairs),
                _line("pictures in the bundle", self.n_pictures),
                _line(
                    "estimated peak memory",
                    f"{self.peak_bytes / 2**30:.1f} GiB on {device}",
                ),
                _line(
                    "estimated time",
                    f"{self.seconds / 60:.1f} min on {device}, if nothing was made "
                    "before",
                ),
            ]
        )


def _line(name: str, value: object) -> str:
    return f"  {name:45} {value}"


def estimate_bundle(checked: CheckedPlan) -> BundleEstimate:
    """Count the jobs of a plan, and measure one pass of its network."""
    plan, network = checked.plan, checked.network
    n_features = len(plan.features)
    n_seeds = n_features * plan.selection.n_seed_images
    n_pairs = n_features * plan.query_pairs.n_pairs
    jobs = {
        "accentuation": n_seeds,
        "feature_visualization": n_features * plan.n_feature_visualizations,
        "attribution": n_seeds,
        **{
            kind_of(name): n_seeds * plan.controls.pictures_per_seed(name)
            for name in plan.controls.kinds
        },
    }
    cost = measure_pass(network)
    crops = n_crop_passes(plan) + SEED_IMAGE_SHARE * (
        len(checked.photographs)
        + n_seeds * views_per_picture(network, plan.attribution)
    )
    n_tiles = n_features * plan.selection.n_natural
    return BundleEstimate(
        n_features=n_features,
        n_photographs=len(checked.photographs),
        jobs=jobs,
        n_query_pairs=n_pairs,
        # a seed image and its accentuation come with an opacity map and a masked view
        n_pictures=n_tiles + 3 * n_seeds + sum(jobs.values()) + 2 * n_pairs,
        peak_bytes=_resident_bytes(network) + cost.n_bytes * crops_at_once(checked),
        seconds=OVERHEAD * crops * cost.seconds,
    )


def n_crop_passes(plan: Plan) -> float:
    """Crops that go forward and back through the network, seed images included."""
    accentuation, visualization = plan.accentuation, plan.visualization
    is_matched = plan.matching.activation
    # The seed image goes forward only.
    each_accentuation = accentuation.crops_per_job * (1 + SEED_IMAGE_SHARE)
    each_visualization: float = visualization.steps * visualization.draws_per_step
    if is_matched:
        each_accentuation += MEASURED_SHARE * accentuation.steps
        each_visualization += MEASURED_SHARE * visualization.steps
    each_control = sum(_crops_of_control(plan, name) for name in plan.controls.kinds)
    return len(plan.features) * (
        plan.selection.n_seed_images * (each_accentuation + each_control)
        + plan.n_feature_visualizations * each_visualization
    )


def _crops_of_control(plan: Plan, name: ControlName) -> float:
    """Of one seed image; as many as the accentuation's, if no pull is weakened."""
    own = plan.accentuation
    each = own.crops_per_job * (1 + SEED_IMAGE_SHARE) + MEASURED_SHARE * own.steps
    return plan.controls.pictures_per_seed(name) * each


def crops_at_once(checked: CheckedPlan) -> int:
    """Crops of the largest pass of the plan's searches."""
    plan = checked.plan
    n_features = len(plan.features)

    def of(config: SearchConfig, n_jobs: int) -> int:
        together = jobs_per_pass(checked.network, config)
        return config.draws_per_step * min(n_jobs * n_features, together)

    return max(
        of(plan.accentuation, plan.selection.n_seed_images),
        of(plan.visualization, plan.n_feature_visualizations),
        plan.attribution.views_per_pass,
    )


def measure_pass(network: Network) -> PassCost:
    """Time and memory of one crop forward and back, of the second of two passes."""
    side = network.preprocessing.input_px
    seconds, kept = 0.0, {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    def give_back(tensor: Any) -> Any:
        return tensor

    own = {p.untyped_storage().data_ptr() for p in network.module.parameters()}
    with undisturbed(network.module), torch.enable_grad():
        for _ in range(2):
            kept.clear()
            crops = torch.zeros(TIMED_CROPS, 3, side, side, device=network.device)
            crops.requires_grad_()
            started = time.perf_counter()
            with torch.autograd.graph.saved_tensors_hooks(note, give_back):
                score = network.module(crops).sum()
            torch.autograd.grad(score, crops)
            seconds = time.perf_counter() - started
    n_bytes = sum(size for pointer, size in kept.items() if pointer not in own)
    return PassCost(seconds=seconds / TIMED_CROPS, n_bytes=n_bytes // TIMED_CROPS)


def _resident_bytes(network: Network) -> int:
    """What is in use before any pass: of the accelerator, or of this process."""
    if torch.device(network.device).type == "cuda":
        return int(torch.cuda.memory_allocated(network.device))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
