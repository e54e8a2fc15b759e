"""Feature visualizations of a bundle: how a pack of them is made."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from generator.bundles.accentuation_stage import missed_goal
from generator.bundles.made_picture import MadePicture, levels
from generator.bundles.matching import ActivationGoal
from generator.bundles.packs import Outcome
from generator.config import SearchConfig, VisualizationConfig
from generator.errors import GeneratorError
from generator.feature_lookup import find_objective
from generator.networks import Network
from generator.search.problem import OnCrops
from generator.visualization import (
    FeatureVisualization,
    VisualizationJob,
    visualize,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class NoiseJob:
    """One feature visualization of a bundle; or a set of them that depend on each
    other."""

    jobs: tuple[VisualizationJob, ...]
    """Of one feature."""

    goal: ActivationGoal | None = None
    """Activation that each picture shall have. None: as far as it goes."""


@dataclass(frozen=True, kw_only=True)
class VisualizationStage:
    """Grows feature visualizations with one set of settings."""

    config: VisualizationConfig
    kind: str = "feature visualizations"

    def units(
        self, jobs: Sequence[VisualizationJob], goal: ActivationGoal | None
    ) -> list[NoiseJob]:
        """The jobs of a feature as they are made: each on its own, or as a set."""
        if self.config.diversity_weight > 0:
            return [NoiseJob(jobs=tuple(jobs), goal=goal)] if jobs else []
        return [NoiseJob(jobs=(job,), goal=goal) for job in jobs]

    @property
    def settings(self) -> object:
        """All but what only decides how many jobs share a pass."""
        return replace(self.config, pictures_per_pass=None, memory_budget_mb=None)

    @property
    def shared_search(self) -> SearchConfig | None:
        """The search itself; a diverse set shares it with nobody."""
        return None if self.config.diversity_weight > 0 else self.config

    def describe(self, job: NoiseJob) -> str:
        """A job for people."""
        seeds = ", ".join(str(one.rng_seed) for one in job.jobs)
        return f"feature visualization of {job.jobs[0].feature}, rng_seed {seeds}"

    def content(self, job: NoiseJob) -> object:
        """Features and chance; the goal."""
        names = [[str(one.feature), one.rng_seed] for one in job.jobs]
        return [names, job.goal.key if job.goal else None]

    def work(self, network: Network, job: NoiseJob) -> int:
        """Crops."""
        return self.config.crops_per_job * len(job.jobs)

    def company(self, network: Network, job: NoiseJob) -> Hashable:
        """Those that look at the same layers, and stop at the same activation."""
        objective = find_objective(network, job.jobs[0].feature)
        return frozenset(objective.layers), tuple(job.goal.key) if job.goal else None

    def make(
        self, network: Network, jobs: Sequence[NoiseJob], on_progress: OnCrops
    ) -> list[Outcome]:
        """The pictures of each job, or why there are none."""
        own = [[replace(one) for one in job.jobs] for job in jobs]
        together = [one for some in own for one in some]
        crops = len(together) * self.config.draws_per_step
        faults: dict[int, str] = {}

        def note(job: VisualizationJob, error: GeneratorError) -> None:
            named = self.describe(NoiseJob(jobs=(job,)))
            faults[id(job)] = f"{named}: {error}"

        goal = jobs[0].goal
        made = visualize(
            network,
            together,
            self.config.with_changes(pictures_per_pass=crops),
            stop=goal.stop if goal else None,
            on_crops=on_progress,
            on_refused=note,
        )
        found = {id(one.job): _picture(one, goal) for one in made}
        for one in together:
            complaint = missed_goal(goal, found[id(one)]) if id(one) in found else None
            if complaint:
                named = self.describe(NoiseJob(jobs=(one,)))
                faults[id(one)] = f"{named}: {complaint}"
        return [_outcome(some, found, faults) for some in own]


def _outcome(
    jobs: Sequence[VisualizationJob],
    found: dict[int, MadePicture],
    faults: dict[int, str],
) -> Outcome:
    """Of a set: all its pictures, or the faults of those that it lacks."""
    lacking = [faults[id(job)] for job in jobs if id(job) in faults]
    if lacking:
        return Outcome(fault="\n".join(lacking))
    return Outcome(pictures=tuple(found[id(job)] for job in jobs))


def _picture(found: FeatureVisualization, goal: ActivationGoal | None) -> MadePicture:
    return MadePicture(
        picture=levels(found.image),
        rng_seed=found.job.rng_seed,
        activation=found.activation,
        target=goal.facts(found.activation) if goal else None,
    )
