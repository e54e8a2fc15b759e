"""What a control picture shares with the accentuation of the same seed image."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations, network_view
from generator.bundles.control_config import DISTANCE_TOLERANCE, ControlName
from generator.bundles.made_picture import MadePicture
from generator.capture import layer_activations, undisturbed
from generator.config import AccentuationConfig
from generator.features import Feature
from generator.goals.target import TARGET_TOLERANCE
from generator.metrics import latent_distance
from generator.networks import Network
from generator.photographs import quantize


@dataclass(frozen=True, kw_only=True, eq=False)
class ControlTask:
    """The accentuations of one feature, whose seed images a control starts from."""

    network: Network
    """The study's own, in which everything is measured."""

    feature: Feature
    jobs: Sequence[AccentuationJob]
    accentuations: Sequence[MadePicture]
    config: AccentuationConfig
    natural_range: float
    matches_distance: bool

    @property
    def layer(self) -> str:
        """Where distances are taken: the accentuations' own layer."""
        layer = self.accentuations[0].regularization_layer
        if layer is None:
            raise ValueError("accentuations have a regularization layer; got None")
        return layer


@dataclass(frozen=True, kw_only=True, eq=False)
class ControlGoal:
    """What a control shares with the accentuation of its seed image."""

    name: str
    """The key of the record it is read from."""

    wanted: list[float]
    tolerance: list[float]
    measure_images: Callable[[Tensor, Sequence[int]], Tensor]
    """(n, 3, H, W) and their numbers to (n,)."""

    def of(self, image: Tensor, number: int) -> float:
        return float(self.measure_images(image[None], [number])[0])

    def is_met(self, value: float, number: int) -> bool:
        return abs(value - self.wanted[number]) <= self.tolerance[number]

    def complaint(self, value: float, number: int) -> str:
        """How far a picture misses the goal, with what to do."""
        what = self.name.replace("_", " ")
        advice = "Give accentuations more steps, or leave this control out"
        if self.name == "latent_distance":
            advice += ", or set matching.distance = false"
        return (
            f"its {what} must be {self.wanted[number]:.4g}, as of the accentuation; it "
            f"reaches {value:.4g}. {advice}"
        )


def find_goal(task: ControlTask, name: ControlName) -> ControlGoal | None:
    """The activation for an adversarial control, else the distance; None: nothing."""
    if name == "adversarial":
        wanted = [float(one.activation or 0) for one in task.accentuations]
        tolerance = TARGET_TOLERANCE * task.natural_range
        return ControlGoal(
            name="activation",
            wanted=wanted,
            tolerance=[tolerance] * len(wanted),
            measure_images=lambda images, _numbers: feature_activations(
                task.network, images, [task.feature]
            )[:, 0].double(),
        )
    if not task.matches_distance:
        return None
    wanted = [float(one.latent_distance or 0) for one in task.accentuations]
    seeds = _latent(task, torch.stack([job.seed_image for job in task.jobs]))

    def distances(images: Tensor, numbers: Sequence[int]) -> Tensor:
        seen = _latent(task, images)
        apart = [
            latent_distance(here, seeds[number]).absolute
            for here, number in zip(seen, numbers, strict=True)
        ]
        return torch.tensor(apart, dtype=torch.float64)

    return ControlGoal(
        name="latent_distance",
        wanted=wanted,
        tolerance=[DISTANCE_TOLERANCE * distance for distance in wanted],
        measure_images=distances,
    )


def _latent(task: ControlTask, images: Tensor) -> Tensor:
    """(n, C, *positions) activations of whole pictures at the task's layer."""
    canvases = quantize(images.float()).to(task.network.device)
    with undisturbed(task.network.module), torch.no_grad():
        view = network_view(task.network, canvases)
        return layer_activations(task.network, view, [task.layer])[task.layer]
