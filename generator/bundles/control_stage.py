"""Control pictures of a bundle: how those of one feature are made.

All controls of a kind that stand beside one feature are made with one other feature
or network, so they are one job.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.accentuation_job import AccentuationJob
from generator.bundles.accentuation_stage import describe_job
from generator.bundles.control_config import ControlName, ControlsConfig
from generator.bundles.control_goal import ControlTask
from generator.bundles.control_search import UnmatchedError, search_controls
from generator.bundles.control_sources import Tiled, find_sources
from generator.bundles.made_picture import MadePicture
from generator.bundles.packs import Outcome
from generator.config import AccentuationConfig, SearchConfig
from generator.errors import NoGradientError, NotFiniteError, PoolError
from generator.features import Feature
from generator.networks import Network
from generator.search.problem import OnCrops


@dataclass(frozen=True, kw_only=True, eq=False)
class ControlJob:
    """One round of controls beside the accentuations of one feature."""

    feature: Feature
    round: int
    """Of a cascade, from 0 for the shallowest depth; else 0."""

    jobs: tuple[AccentuationJob, ...]
    accentuations: tuple[MadePicture, ...]
    natural_range: float
    tile_classes: frozenset[str]
    exemplar_logits: NDArray[np.float32] | None
    rng_seed: int


@dataclass(frozen=True, kw_only=True)
class ControlStage:
    """Makes controls of one kind."""

    name: ControlName
    config: AccentuationConfig
    """Of the accentuations."""

    controls: ControlsConfig
    matches_distance: bool

    @property
    def kind(self) -> str:
        """Of pictures."""
        return f"controls {self.name}"

    @property
    def settings(self) -> object:
        """The accentuations' settings, and how controls are held against them."""
        return self.config, self.controls.cascade_steps, self.matches_distance

    @property
    def shared_search(self) -> SearchConfig | None:
        """None: the seed images of a feature share passes among themselves."""
        return None

    def describe(self, job: ControlJob) -> str:
        """A job for people."""
        return f"accentuation_{self.name} for {job.feature}"

    def content(self, job: ControlJob) -> object:
        """Everything the pictures depend on, beside network and settings."""
        logits = job.exemplar_logits
        return [
            str(job.feature),
            job.round,
            [describe_job(one) for one in job.jobs],
            [[one.activation, one.latent_distance] for one in job.accentuations],
            job.natural_range,
            sorted(job.tile_classes),
            None if logits is None else np.asarray(logits).tolist(),
            job.rng_seed,
        ]

    def work(self, network: Network, job: ControlJob) -> int:
        """Crops."""
        return self.config.crops_per_job * len(job.jobs)

    def company(self, network: Network, job: ControlJob) -> Hashable:
        """All alike."""
        return None

    def make(
        self, network: Network, jobs: Sequence[ControlJob], on_progress: OnCrops
    ) -> list[Outcome]:
        """The pictures of each job, in the order of its seed images."""
        return [self._one(network, job, on_progress) for job in jobs]

    def _one(self, network: Network, job: ControlJob, on_progress: OnCrops) -> Outcome:
        """The pictures of the first source that responds to every seed image."""
        tiled = Tiled(
            network=network,
            feature=job.feature,
            tile_classes=job.tile_classes,
            exemplar_logits=job.exemplar_logits,
            rng_seed=job.rng_seed,
        )
        task = ControlTask(
            network=network,
            feature=job.feature,
            jobs=job.jobs,
            accentuations=job.accentuations,
            config=self.config,
            natural_range=job.natural_range,
            matches_distance=self.matches_distance,
        )
        refusals: list[str] = []
        try:
            sources = find_sources(self.name, tiled, self.controls)[job.round]
        except PoolError as error:
            return Outcome(fault=f"{self.describe(job)}: {error}")
        for source in sources:
            try:
                made = search_controls(task, self.name, source, on_progress)
                return Outcome(pictures=tuple(made))
            except UnmatchedError as error:
                return Outcome(fault=str(error))
            except (NoGradientError, NotFiniteError) as error:
                refusals.append(f"{self.describe(job)}: {error}")
        return Outcome(fault="\n".join(dict.fromkeys(refusals)))
