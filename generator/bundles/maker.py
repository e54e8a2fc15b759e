"""Makes the pictures of every feature of a plan, stage by stage, unit by unit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.bundles.attributions import make_attributions, views_per_picture
from generator.bundles.control_config import ControlName
from generator.bundles.control_goal import ControlTask
from generator.bundles.control_sources import Tiled
from generator.bundles.controls import make_controls
from generator.bundles.made_picture import MadePicture
from generator.bundles.made_pictures import (
    PoisonedJobsError,
    make_accentuations,
    make_visualizations,
)
from generator.bundles.matching import ActivationGoal
from generator.bundles.plan_check import CheckedPlan
from generator.exemplars.tiles import Tiles
from generator.features import LOGIT_LAYER, Feature, FeatureId
from generator.goals.levels import natural_range
from generator.index.activation_index import ActivationIndex
from generator.jobs import WorkFolder
from generator.photographs import read_photograph, to_canvas
from generator.progress import Progress
from generator.visualization import VisualizationJob

Made = TypeVar("Made")


@dataclass(frozen=True, kw_only=True)
class FeaturePictures:
    """Everything made for one feature."""

    accentuations: list[MadePicture]
    visualizations: list[MadePicture]
    attributions: list[MadePicture]
    controls: dict[ControlName, list[MadePicture]]

    @property
    def perceptual_hashes(self) -> list[int]:
        """Of all of them."""
        made = [*self.accentuations, *self.visualizations, *self.attributions]
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

    def make_all(self) -> dict[Feature, FeaturePictures]:
        """Every picture of every feature.

        Raises:
            PoisonedJobsError: names every picture that cannot be made or matched,
                after all the others were made and kept.
        """
        poisoned: list[str] = []
        plan = self.checked.plan
        n_features, n_seeds = len(plan.features), plan.selection.n_seed_images
        n_each = plan.accentuation.crops_per_job * n_features * n_seeds
        self.progress.start("accentuations", n_each, unit="crop")
        accentuations = self._make_each(self._accentuations, poisoned)
        self.progress.start(
            "feature visualizations",
            n_features
            * plan.n_feature_visualizations
            * plan.visualization.crops_per_job,
            unit="crop",
        )
        visualizations = self._make_each(self._visualizations, poisoned)
        n_views = views_per_picture(self.checked.network, plan.attribution)
        self.progress.start(
            "attributions", n_features * n_seeds * n_views, unit="picture"
        )
        attributions = self._make_each(self._attributions, poisoned)
        controls: dict[Feature, dict[ControlName, list[MadePicture]]] = {
            feature: {} for feature in plan.features
        }
        for name in plan.controls.kinds:
            n_crops = n_each * plan.controls.pictures_per_seed(name)
            self.progress.start(f"controls: {name}", n_crops, unit="crop")
            for feature, made in self._make_controls(
                name, accentuations, poisoned
            ).items():
                controls[feature][name] = made
        _refuse(poisoned)
        return {
            feature: FeaturePictures(
                accentuations=accentuations[feature],
                visualizations=visualizations[feature],
                attributions=attributions[feature],
                controls=controls[feature],
            )
            for feature in plan.features
        }

    def _make_each(
        self, make: Callable[[Feature], Made], poisoned: list[str]
    ) -> dict[Feature, Made]:
        made = {}
        for feature in self.checked.plan.features:
            try:
                made[feature] = make(feature)
            except PoisonedJobsError as error:
                poisoned += str(error).splitlines()
        return made

    def _accentuations(self, feature: Feature) -> list[MadePicture]:
        plan = self.checked.plan
        return make_accentuations(
            self.checked.network,
            self._jobs(feature),
            plan.accentuation,
            goal=self._goal(feature),
            work=self.work,
            on_crops=self.progress.advance,
        )

    def _visualizations(self, feature: Feature) -> list[MadePicture]:
        plan = self.checked.plan
        jobs = [
            VisualizationJob(feature=feature, rng_seed=plan.rng_seed + number)
            for number in range(plan.n_feature_visualizations)
        ]
        return make_visualizations(
            self.checked.network,
            jobs,
            plan.visualization,
            goal=self._goal(feature),
            work=self.work,
            on_crops=self.progress.advance,
        )

    def _attributions(self, feature: Feature) -> list[MadePicture]:
        return make_attributions(
            self.checked.network,
            [job.seed_image for job in self._jobs(feature)],
            feature,
            self.checked.plan.attribution,
            work=self.work,
            on_views=self.progress.advance,
        )

    def _make_controls(
        self,
        name: ControlName,
        accentuations: Mapping[Feature, list[MadePicture]],
        poisoned: list[str],
    ) -> dict[Feature, list[MadePicture]]:
        """One kind of control for every feature that has its accentuations."""
        plan = self.checked.plan

        def make(feature: Feature) -> list[MadePicture]:
            if feature not in accentuations:
                return []  # named among the poisoned already
            task = ControlTask(
                network=self.checked.network,
                feature=feature,
                jobs=self._jobs(feature),
                accentuations=accentuations[feature],
                config=plan.accentuation,
                natural_range=natural_range(
                    self.index.column(feature), feature=str(feature)
                ),
                matches_distance=plan.matching.distance,
            )
            return make_controls(
                task,
                name,
                self._tiled(feature),
                plan.controls,
                work=self.work,
                on_crops=self.progress.advance,
            )

        return self._make_each(make, poisoned)

    def _goal(self, feature: Feature) -> ActivationGoal | None:
        """What made pictures of a feature are brought to, where the plan says so."""
        if not self.checked.plan.matching.activation:
            return None
        natural = self.index.column(feature)
        return ActivationGoal.of_exemplars(
            str(feature), natural[self.tiles[feature].natural], natural
        )

    def _tiled(self, feature: Feature) -> Tiled:
        tiles = self.tiles[feature]
        labels = (
            self.index.photographs[int(position)].class_label for position in tiles.all
        )
        return Tiled(
            network=self.checked.network,
            feature=feature,
            tile_classes=frozenset(label.casefold() for label in labels if label),
            exemplar_logits=self._exemplar_logits(tiles),
            rng_seed=self.checked.plan.rng_seed,
        )

    def _exemplar_logits(self, tiles: Tiles) -> NDArray[np.float32] | None:
        """(n_labels,) mean over the exemplars; None where logits have no names."""
        network = self.checked.network
        if not network.labels:
            return None
        canvases = torch.stack([self._canvas(int(p)) for p in tiles.natural])
        logits = [FeatureId(LOGIT_LAYER, str(i)) for i in range(len(network.labels))]
        found = feature_activations(network, canvases, logits).mean(0)
        values: NDArray[np.float32] = found.float().cpu().numpy()
        return values

    def _jobs(self, feature: Feature) -> list[AccentuationJob]:
        return [
            AccentuationJob(
                seed_image=self._canvas(int(position)),
                feature=feature,
                rng_seed=self.checked.plan.rng_seed,
                name=self.index.photographs[position].path,
            )
            for position in self.tiles[feature].seed_images
        ]

    def _canvas(self, position: int) -> Tensor:
        """(3, H, W) canvas of a photograph of the pool."""
        image = read_photograph(
            self.checked.folder / self.index.photographs[position].path
        )
        preprocessing = self.checked.network.preprocessing
        return to_canvas(image, preprocessing, self.checked.canvas_px)


def _refuse(poisoned: list[str]) -> None:
    if poisoned:
        lines = "".join(f"\n  - {fault}" for fault in poisoned)
        raise PoisonedJobsError(
            f"there is no bundle, because these pictures cannot be made:{lines}\n"
            "All the others are kept for the next run. Leave these features out, "
            "or give other photographs or settings."
        )
