"""Attribution pictures: seed images under the heat map of their feature."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import torch
from torch import Tensor

from generator.attribution.captum_maps import check_captum
from generator.attribution.grad_cam import grad_cam_layer
from generator.attribution.maps import attribute, n_views
from generator.attribution.target import Target
from generator.bundles.attribution_config import AttributionPlan
from generator.bundles.made_picture import MadePicture, levels
from generator.bundles.packs import Outcome
from generator.config import SearchConfig
from generator.errors import ConfigError, MissingExtraError
from generator.features import Feature
from generator.networks import Network
from generator.results.heat_map import lay_heat
from generator.search.opacity import display_opacity
from generator.search.problem import OnCrops


def attribution_faults(
    network: Network, features: Sequence[Feature], config: AttributionPlan
) -> list[str]:
    """What keeps the plan's method from being computed, found before anything is."""
    try:
        check_captum([config.method])
    except MissingExtraError as error:
        return [f"attribution.method: {error}"]
    if not config.method.startswith("grad_cam"):
        return []
    side = network.preprocessing.input_px
    blank = torch.zeros(1, 3, side, side, device=network.device)
    faults = []
    for feature in features:
        try:
            grad_cam_layer(Target.find(network, feature), blank, config.grad_cam_layer)
        except ConfigError as error:
            faults.append(
                f"attribution.method: {error}. `rise` reads no layer: it fits every "
                "feature"
            )
    return faults


def views_per_picture(network: Network, config: AttributionPlan) -> int:
    """Pictures that go through the network for one heat map."""
    return n_views([config.method], config, network.preprocessing.input_px)


@dataclass(frozen=True, kw_only=True, eq=False)
class HeatJob:
    """One seed image, and the feature whose heat map is laid over it."""

    seed_image: Tensor
    """(3, H, W) in [0, 1]."""

    feature: Feature

    name: str = "picture"
    """Of the seed image."""


@dataclass(frozen=True, kw_only=True)
class AttributionStage:
    """Lays heat maps over seed images. Only what speaks for the feature is shown:
    negative values count as 0."""

    config: AttributionPlan
    kind: str = "attributions"

    @property
    def settings(self) -> object:
        """The config."""
        return self.config

    @property
    def shared_search(self) -> SearchConfig | None:
        """None: the views of one picture fill a pass."""
        return None

    def describe(self, job: HeatJob) -> str:
        """A job for people."""
        return f"attribution of {job.name} for {job.feature}"

    def content(self, job: HeatJob) -> object:
        """Seed image and feature."""
        seed_image = sha256(levels(job.seed_image).tobytes()).hexdigest()
        return [seed_image, str(job.feature)]

    def work(self, network: Network, job: HeatJob) -> int:
        """Pictures that go through the network."""
        return views_per_picture(network, self.config)

    def company(self, network: Network, job: HeatJob) -> Hashable:
        """All alike."""
        return None

    def make(
        self, network: Network, jobs: Sequence[HeatJob], on_progress: OnCrops
    ) -> list[Outcome]:
        """The seed image of each job under its heat map."""
        return [self._one(network, job, on_progress) for job in jobs]

    def _one(self, network: Network, job: HeatJob, on_progress: OnCrops) -> Outcome:
        canvas = job.seed_image.float()
        (found,) = attribute(
            network,
            canvas[None].to(network.device),
            job.feature,
            [self.config.method],
            self.config,
            on_progress=on_progress,
        )
        made = MadePicture(
            picture=levels(_with_heat(canvas, found.on_canvas, self.config)),
            rng_seed=self.config.rng_seed,
        )
        return Outcome(pictures=(made,))


def _with_heat(canvas: Tensor, map_: Tensor, config: AttributionPlan) -> Tensor:
    level = display_opacity(
        map_.clamp(min=0),
        clip_percent=config.clip_percent,
        blur_px=config.blur_px(canvas.shape[-1]),
    )
    return lay_heat(canvas, level, opacity=config.overlay_opacity)
