"""The pictures a bundle has made: units of work, one per feature and kind.

A unit is made in one call, so that its pictures are the same whether the run was
interrupted or not, and stored whole.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from generator.accentuation import Accentuation, accentuate
from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig, VisualizationConfig
from generator.errors import GeneratorError, NoGradientError, NotFiniteError
from generator.jobs import WorkFolder, content_key
from generator.networks import Network
from generator.perceptual_hash import difference_hash
from generator.problem import OnCrops
from generator.provenance import code_key
from generator.visualization import (
    FeatureVisualization,
    VisualizationJob,
    visualize,
)

Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class MadePicture:
    """An accentuation or a feature visualization, as a bundle stores it."""

    picture: NDArray[np.uint8]
    """(H, W, 3) RGB."""

    rng_seed: int
    activation: float
    """Of this very picture, whole and un-augmented."""

    opacity: NDArray[np.float32] | None = None
    """(H, W) opacity map; accentuations only, like all that follows."""

    activation_before: float | None = None
    latent_distance: float | None = None
    latent_distance_relative: float | None = None
    ssim: float | None = None
    regularization_layer: str | None = None
    regularization_weight: float | None = None
    regularization_balance: float | None = None

    @property
    def perceptual_hash(self) -> int:
        """64-bit difference hash."""
        return difference_hash(self.picture)


class PoisonedJobsError(GeneratorError):
    """Some pictures of a unit cannot be made; the message names them, one per line."""


def make_accentuations(
    network: Network,
    jobs: Sequence[AccentuationJob],
    config: AccentuationConfig,
    *,
    work: WorkFolder,
    on_crops: OnCrops,
) -> list[MadePicture]:
    """Accentuate seed images, or take the result from the work folder.

    Raises:
        PoisonedJobsError: names each job that ends in no picture.
    """
    seeds = [sha256(_levels(job.seed_image).tobytes()).hexdigest() for job in jobs]
    names = [[str(job.feature), job.rng_seed] for job in jobs]
    key = _unit_key("accentuations", network, config, [seeds, names])
    if (stored := _load(work, key)) is not None:
        on_crops(config.crops_per_job * len(jobs))
        return stored
    poisoned: list[str] = []

    def note(job: AccentuationJob, error: NoGradientError) -> None:
        poisoned.append(f"{_describe(job)}: {error}")

    def run(some: Sequence[AccentuationJob]) -> list[Accentuation]:
        return accentuate(network, some, config, on_crops=on_crops, on_no_gradient=note)

    found = _run_or_name(run, jobs, _describe, poisoned)
    made = [_from_accentuation(one) for one in found]
    _store(work, key, made)
    return made


def make_visualizations(
    network: Network,
    jobs: Sequence[VisualizationJob],
    config: VisualizationConfig,
    *,
    work: WorkFolder,
    on_crops: OnCrops,
) -> list[MadePicture]:
    """Grow feature visualizations from noise, or take them from the work folder.

    Raises:
        PoisonedJobsError: names each job that ends in no picture.
    """
    names = [[str(job.feature), job.rng_seed] for job in jobs]
    key = _unit_key("feature visualizations", network, config, names)
    if (stored := _load(work, key)) is not None:
        on_crops(config.crops_per_job * len(jobs))
        return stored

    def run(some: Sequence[VisualizationJob]) -> list[FeatureVisualization]:
        return visualize(network, some, config, on_crops=on_crops)

    found = _run_or_name(run, jobs, _describe_visualization, [])
    made = [
        MadePicture(
            picture=_levels(one.image),
            rng_seed=one.job.rng_seed,
            activation=one.activation,
        )
        for one in found
    ]
    _store(work, key, made)
    return made


def _run_or_name(
    run: Callable[[Sequence[Job]], list[Result]],
    jobs: Sequence[Job],
    describe: Callable[[Job], str],
    poisoned: list[str],
) -> list[Result]:
    """The results of all jobs; else an error that names those that have none."""
    found: list[Result] = []
    try:
        found = run(jobs)
    except (NotFiniteError, NoGradientError):
        for job in jobs:  # one by one, to find out which
            try:
                run([job])
            except (NotFiniteError, NoGradientError) as error:
                poisoned.append(f"{describe(job)}: {error}")
    if poisoned or len(found) < len(jobs):
        raise PoisonedJobsError("\n".join(dict.fromkeys(poisoned)))
    return found


def _describe(job: AccentuationJob) -> str:
    return f"accentuation of {job.name} for {job.feature}"


def _describe_visualization(job: VisualizationJob) -> str:
    return f"feature visualization of {job.feature}, rng_seed {job.rng_seed}"


def _unit_key(kind: str, network: Network, config: object, content: object) -> str:
    """Everything the pictures of a unit depend on."""
    return content_key(
        kind,
        code_key(),
        network.name,
        network.weights_sha256,
        network.device,
        repr(config),
        content,
    )


def _from_accentuation(found: Accentuation) -> MadePicture:
    return MadePicture(
        picture=_levels(found.image),
        opacity=found.opacity_map.numpy().astype(np.float32),
        rng_seed=found.job.rng_seed,
        activation=found.activation_after,
        activation_before=found.activation_before,
        latent_distance=found.latent_distance,
        latent_distance_relative=found.latent_distance_relative,
        ssim=found.ssim,
        regularization_layer=found.regularization_layer,
        regularization_weight=found.regularization_weight,
        regularization_balance=found.balance,
    )


def _levels(image: Tensor) -> NDArray[np.uint8]:
    """(3, H, W) in steps of 1/255 as (H, W, 3) uint8."""
    levels: NDArray[np.uint8] = (
        (image.detach().cpu() * 255).round().byte().permute(1, 2, 0).numpy()
    )
    return levels


def _store(work: WorkFolder, key: str, made: Sequence[MadePicture]) -> None:
    arrays = {
        f"{index}.{field.name}": np.asarray(value)
        for index, one in enumerate(made)
        for field in fields(one)
        if (value := getattr(one, field.name)) is not None
    }
    work.store(key, arrays)


def _load(work: WorkFolder, key: str) -> list[MadePicture] | None:
    stored = work.load(key)
    if stored is None:
        return None
    values: dict[int, dict[str, Any]] = {}
    for name, array in stored.items():
        index, _, field = name.partition(".")
        value = array.item() if array.ndim == 0 else array
        values.setdefault(int(index), {})[field] = value
    return [MadePicture(**values[index]) for index in sorted(values)]
