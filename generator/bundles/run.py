"""From a checked plan to a bundle on disk, stage by stage; finished work is reused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from torch import Tensor

from generator.accentuation_job import AccentuationJob
from generator.activation_index import ActivationIndex, build_index
from generator.bundle import Bundle, write_bundle
from generator.bundles.assembly import assemble_bundle
from generator.bundles.made_pictures import (
    MadePicture,
    PoisonedJobsError,
    make_accentuations,
    make_visualizations,
)
from generator.bundles.plan_check import CheckedPlan
from generator.bundles.plan_choices import choose_pairs, choose_tiles
from generator.exemplars import Tiles
from generator.features import Feature
from generator.jobs import WorkFolder
from generator.photographs import read_photograph, to_canvas
from generator.progress import Progress
from generator.visualization import VisualizationJob

MadeByFeature = dict[Feature, list[MadePicture]]


def make_bundle(
    checked: CheckedPlan,
    out: Path,
    *,
    work: WorkFolder,
    progress: Progress,
    created_at: datetime,
) -> Bundle:
    """Index the photographs, choose, make the pictures, and write the bundle.

    Query pairs are chosen last, because none may look like a made picture; that the
    pool can supply them is seen before anything is made.

    Args:
        out: folder the bundle is written into.
        work: keeps what is finished, for a run that follows.

    Raises:
        PhotographError: photographs cannot be read; nothing was made.
        PoolError: the photographs cannot supply a feature.
        PoisonedJobsError: some pictures cannot be made; the others are kept.
    """
    plan = checked.plan
    index = build_index(
        checked.network,
        checked.folder,
        checked.photographs,
        plan.features,
        canvas_px=checked.canvas_px,
        work=work,
        progress=progress,
    )
    tiles = choose_tiles(index, plan)
    maker = _Maker(
        checked=checked, index=index, tiles=tiles, work=work, progress=progress
    )
    accentuations, visualizations = maker.make_all()
    hashes = {
        feature: [one.perceptual_hash for one in accentuations[feature]]
        + [one.perceptual_hash for one in visualizations[feature]]
        for feature in plan.features
    }
    pairs = choose_pairs(index, plan, tiles, hashes)
    content, pictures = assemble_bundle(
        checked,
        index,
        tiles=tiles,
        accentuations=accentuations,
        visualizations=visualizations,
        pairs=pairs,
    )
    return write_bundle(out, plan.name, content, pictures, created_at=created_at)


@dataclass(frozen=True, kw_only=True)
class _Maker:
    """Makes the pictures of every feature, one unit of work after the other."""

    checked: CheckedPlan
    index: ActivationIndex
    tiles: Mapping[Feature, Tiles]
    work: WorkFolder
    progress: Progress

    def make_all(self) -> tuple[MadeByFeature, MadeByFeature]:
        """Accentuations and feature visualizations of each feature.

        Raises:
            PoisonedJobsError: names every picture that cannot be made, after all the
                others were made and kept.
        """
        poisoned: list[str] = []
        plan = self.checked.plan
        self.progress.start(
            "accentuations",
            len(plan.features)
            * plan.selection.n_seed_images
            * plan.accentuation.crops_per_job,
            unit="crop",
        )
        accentuations = self._make_each(self._accentuations, poisoned)
        n_visualizations = len(plan.features) * plan.n_feature_visualizations
        self.progress.start(
            "feature visualizations",
            n_visualizations * plan.visualization.crops_per_job,
            unit="crop",
        )
        visualizations = self._make_each(self._visualizations, poisoned)
        if poisoned:
            lines = "".join(f"\n  - {fault}" for fault in poisoned)
            raise PoisonedJobsError(
                f"there is no bundle, because these pictures cannot be made:{lines}\n"
                "All the others are kept for the next run. Leave these features out, "
                "or give other photographs or settings."
            )
        return accentuations, visualizations

    def _make_each(
        self, make: Callable[[Feature], list[MadePicture]], poisoned: list[str]
    ) -> MadeByFeature:
        made = {}
        for feature in self.checked.plan.features:
            try:
                made[feature] = make(feature)
            except PoisonedJobsError as error:
                poisoned += str(error).splitlines()
        return made

    def _accentuations(self, feature: Feature) -> list[MadePicture]:
        plan = self.checked.plan
        jobs = [
            AccentuationJob(
                seed_image=self._canvas(int(position)),
                feature=feature,
                rng_seed=plan.rng_seed,
                name=self.index.photographs[position].path,
            )
            for position in self.tiles[feature].seed_images
        ]
        return make_accentuations(
            self.checked.network,
            jobs,
            plan.accentuation,
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
            work=self.work,
            on_crops=self.progress.advance,
        )

    def _canvas(self, position: int) -> Tensor:
        """(3, H, W) canvas of a photograph of the pool."""
        image = read_photograph(
            self.checked.folder / self.index.photographs[position].path
        )
        preprocessing = self.checked.network.preprocessing
        return to_canvas(image, preprocessing, self.checked.canvas_px)
