"""Makes the pictures of every feature of a plan, stage by stage, pack by pack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from generator.bundles.accentuation_stage import AccentuationStage, GoalJob
from generator.bundles.attributions import AttributionStage, HeatJob
from generator.bundles.control_config import ControlName
from generator.bundles.control_stage import ControlJob, ControlStage
from generator.bundles.made_picture import MadePicture
from generator.bundles.matching import ActivationGoal
from generator.bundles.pack_run import PackRun
from generator.bundles.packs import Stage
from generator.bundles.plan_check import CheckedPlan
from generator.bundles.poisoned import refuse_poisoned
from generator.bundles.seed_images import SeedImage, SeedImages
from generator.bundles.visualization_stage import NoiseJob, VisualizationStage
from generator.cluster.executor import Executor
from generator.errors import PhotographError
from generator.exemplars.tiles import Tiles
from generator.features import Feature
from generator.goals.levels import natural_range
from generator.index.activation_index import ActivationIndex
from generator.jobs import WorkFolder
from generator.progress import Progress
from generator.visualization import VisualizationJob

JobT = TypeVar("JobT")

SeedsOf = Mapping[Feature, Sequence[SeedImage]]

OfFeatures = dict[Feature, list[MadePicture]]
"""The pictures of a stage; a feature that lacks one is absent."""


@dataclass(frozen=True, kw_only=True)
class FeaturePictures:
    """Everything made for one feature."""

    accentuations: list[MadePicture]
    visualizations: list[MadePicture]
    attributions: list[MadePicture]
    controls: dict[ControlName, list[MadePicture]]
    minimal_visualizations: list[MadePicture] = field(default_factory=list)
    suppressions: list[MadePicture] = field(default_factory=list)

    @property
    def perceptual_hashes(self) -> list[int]:
        """Of all of them."""
        made = [*self.accentuations, *self.visualizations, *self.attributions]
        made += [*self.minimal_visualizations, *self.suppressions]
        made += [one for of_kind in self.controls.values() for one in of_kind]
        return [one.perceptual_hash for one in made]


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Makes what a plan asks for; what was finished before is taken from `work`."""

    checked: CheckedPlan
    index: ActivationIndex
    tiles: Mapping[Feature, Tiles]
    work: WorkFolder
    progress: Progress
    executor: Executor
    """Who makes the packs."""

    poisoned: list[str] = field(default_factory=list)
    """What could not be made so far, one line each."""

    def make_all(self) -> dict[Feature, FeaturePictures]:
        """Every picture of every feature.

        Raises:
            PoisonedJobsError: names every picture that cannot be made or matched,
                after all the others were made and kept.
        """
        plan = self.checked.plan
        seeds = SeedImages(checked=self.checked, index=self.index, tiles=self.tiles)
        read = {feature: seeds.of(feature) for feature in plan.features}
        accentuations = self._accentuations(read)
        suppressions = self._suppressions(read)
        visualizations = self._visualizations()
        minimal = self._minimal_visualizations()
        attributions = self._attributions(read)
        controls: dict[Feature, dict[ControlName, list[MadePicture]]] = {
            feature: {} for feature in plan.features
        }
        for name in plan.controls.kinds:
            stage = self._control_stage(name)
            jobs = self._control_jobs(name, seeds, read, accentuations)
            found = self._make(f"controls: {name}", stage, jobs, unit="crop")
            for feature, some in found.items():
                controls[feature][name] = some
        refuse_poisoned(self.poisoned)
        return {
            feature: FeaturePictures(
                accentuations=accentuations[feature],
                visualizations=visualizations[feature],
                attributions=attributions[feature],
                controls=controls[feature],
                minimal_visualizations=minimal.get(feature, []),
                suppressions=suppressions.get(feature, []),
            )
            for feature in plan.features
        }

    def _accentuations(self, seeds: SeedsOf) -> OfFeatures:
        plan = self.checked.plan
        stage = AccentuationStage(config=plan.accentuation)
        jobs = {
            feature: [
                self._goal_job(one, self._goal(feature)) for one in seeds[feature]
            ]
            for feature in plan.features
        }
        return self._make("accentuations", stage, jobs, unit="crop")

    def _suppressions(self, seeds: SeedsOf) -> OfFeatures:
        """The seed images changed to drive their feature less, to no given level."""
        plan = self.checked.plan
        if not plan.extras.has_suppressions:
            return {}
        jobs = {
            feature: [
                GoalJob(job=replace(one.job, suppress=True), fault=one.fault)
                for one in seeds[feature]
            ]
            for feature in plan.features
        }
        stage = AccentuationStage(config=plan.accentuation)
        return self._make("suppressions", stage, jobs, unit="crop")

    def _visualizations(self) -> OfFeatures:
        plan = self.checked.plan
        stage = VisualizationStage(config=plan.visualization)
        jobs: dict[Feature, Sequence[NoiseJob]] = {}
        for feature in plan.features:
            starts = [
                VisualizationJob(feature=feature, rng_seed=plan.rng_seed + number)
                for number in range(plan.n_feature_visualizations)
            ]
            jobs[feature] = stage.units(starts, self._goal(feature))
        return self._make("feature visualizations", stage, jobs, unit="crop")

    def _minimal_visualizations(self) -> OfFeatures:
        """What drives each feature least: visualizations of its negative."""
        plan = self.checked.plan
        stage = VisualizationStage(config=plan.visualization)
        jobs: dict[Feature, Sequence[NoiseJob]] = {}
        for feature in plan.features if plan.extras.n_minimal_visualizations else ():
            starts = [
                VisualizationJob(feature=-feature, rng_seed=plan.rng_seed + number)
                for number in range(plan.extras.n_minimal_visualizations)
            ]
            jobs[feature] = stage.units(starts, None)
        if not jobs:
            return {}
        made = self._make("minimal visualizations", stage, jobs, unit="crop")
        return {
            feature: [replace(one, activation=-_known(one)) for one in pictures]
            for feature, pictures in made.items()
        }

    def _attributions(self, seeds: SeedsOf) -> OfFeatures:
        plan = self.checked.plan
        jobs = {
            feature: [
                HeatJob(
                    seed_image=one.job.seed_image, feature=feature, name=one.job.name
                )
                for one in seeds[feature]
                if one.fault is None  # named among the accentuations
            ]
            for feature in plan.features
        }
        stage = AttributionStage(config=plan.attribution)
        return self._make("attributions", stage, jobs, unit="picture")

    def _control_stage(self, name: ControlName) -> ControlStage:
        plan = self.checked.plan
        return ControlStage(
            name=name,
            config=plan.accentuation,
            controls=plan.controls,
            matches_distance=plan.matching.distance,
        )

    def _control_jobs(
        self,
        name: ControlName,
        seeds: SeedImages,
        read: SeedsOf,
        accentuations: OfFeatures,
    ) -> dict[Feature, list[ControlJob]]:
        """Of features that have all accentuations; unreadable exemplars are noted."""
        jobs = {}
        for feature, made in accentuations.items():
            try:
                jobs[feature] = self._rounds(name, feature, seeds, read[feature], made)
            except PhotographError as error:  # it was whole when it was indexed
                self.poisoned.append(f"controls ({name}) for {feature}: {error}")
        return jobs

    def _rounds(
        self,
        name: ControlName,
        feature: Feature,
        seeds: SeedImages,
        read: Sequence[SeedImage],
        accentuations: Sequence[MadePicture],
    ) -> list[ControlJob]:
        plan = self.checked.plan
        natural = natural_range(self.index.column(feature), feature=str(feature))
        return [
            ControlJob(
                feature=feature,
                round=number,
                jobs=tuple(one.job for one in read),
                accentuations=tuple(accentuations),
                natural_range=natural,
                tile_classes=seeds.tile_classes(feature),
                exemplar_logits=seeds.exemplar_logits(feature),
                rng_seed=plan.rng_seed,
            )
            for number in range(plan.controls.pictures_per_seed(name))
        ]

    def _make(
        self,
        title: str,
        stage: Stage[JobT],
        jobs: Mapping[Feature, Sequence[JobT]],
        *,
        unit: str,
    ) -> OfFeatures:
        """The pictures of each feature that lacks none; faults are noted."""
        network = self.checked.network
        every = [job for some in jobs.values() for job in some]
        total = sum(stage.work(network, job) for job in every)
        self.progress.start(title, total, unit=unit)
        run = PackRun(
            network=network,
            executor=self.executor,
            work=self.work,
            on_progress=self.progress.advance,
        )
        outcomes = iter(run.make(stage, every))
        made: OfFeatures = {}
        for feature, some in jobs.items():
            own = [next(outcomes) for _ in some]
            faults = [one.fault for one in own if one.fault is not None]
            self.poisoned.extend(faults)
            if not faults:
                made[feature] = [picture for one in own for picture in one.pictures]
        return made

    def _goal_job(self, seed: SeedImage, goal: ActivationGoal | None) -> GoalJob:
        is_down = goal is not None and goal.wanted < seed.activation
        return GoalJob(job=seed.job, goal=goal, is_down=is_down, fault=seed.fault)

    def _goal(self, feature: Feature) -> ActivationGoal | None:
        """What made pictures of a feature are brought to, where the plan says so."""
        if not self.checked.plan.matching.activation:
            return None
        natural = self.index.column(feature)
        return ActivationGoal.of_exemplars(
            str(feature), natural[self.tiles[feature].natural], natural
        )


def _known(made: MadePicture) -> float:
    if made.activation is None:
        raise ValueError("a visualization has an activation")
    return made.activation
