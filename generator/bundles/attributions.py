"""Attribution pictures: seed images under the heat map of their feature."""

from collections.abc import Sequence
from hashlib import sha256

import torch
from torch import Tensor

from generator.attribution.captum_maps import check_captum
from generator.attribution.grad_cam import grad_cam_layer
from generator.attribution.maps import attribute, n_views
from generator.attribution.target import Target
from generator.bundles.attribution_config import AttributionPlan
from generator.bundles.made_picture import (
    MadePicture,
    levels,
    load_pictures,
    store_pictures,
)
from generator.bundles.made_pictures import unit_key
from generator.errors import ConfigError, MissingExtraError
from generator.features import Feature
from generator.jobs import WorkFolder
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


def make_attributions(
    network: Network,
    seed_images: Sequence[Tensor],
    feature: Feature,
    config: AttributionPlan,
    *,
    work: WorkFolder,
    on_views: OnCrops,
) -> list[MadePicture]:
    """Lay the heat map of a feature over its seed images (3, H, W), or take the
    pictures from the work folder.

    Only what speaks for the feature is shown: negative values count as 0.
    """
    seeds = [sha256(levels(image).tobytes()).hexdigest() for image in seed_images]
    key = unit_key("attributions", network, config, [seeds, str(feature)])
    if (stored := load_pictures(work, key)) is not None:
        on_views(views_per_picture(network, config) * len(seed_images))
        return stored
    canvases = torch.stack([image.float() for image in seed_images])
    maps = attribute(
        network,
        canvases.to(network.device),
        feature,
        [config.method],
        config,
        on_progress=on_views,
    )
    made = [
        MadePicture(
            picture=levels(_with_heat(canvas, one.on_canvas, config)),
            rng_seed=config.rng_seed,
        )
        for canvas, one in zip(canvases, maps, strict=True)
    ]
    store_pictures(work, key, made)
    return made


def _with_heat(canvas: Tensor, map_: Tensor, config: AttributionPlan) -> Tensor:
    level = display_opacity(
        map_.clamp(min=0),
        clip_percent=config.clip_percent,
        blur_px=config.blur_px(canvas.shape[-1]),
    )
    return lay_heat(canvas, level, opacity=config.overlay_opacity)
