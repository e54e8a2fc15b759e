"""Accentuations with and without their opacity map, from lightly to hard cut.

The opacity map says where the feature saw something; how much of it counts is a choice
of display, so the choices stand side by side.

Source: the reference shows the strongest 20 %, elsewhere 3 to 30 %.
"""

from collections.abc import Sequence

from generator.accentuation import Accentuation
from generator.activations import feature_activations
from generator.errors import ConfigError
from generator.experiments.panel import display_name
from generator.experiments.scene import Scene, SeedImage
from generator.experiments.studio import Plan, Studio
from generator.experiments.sweep import DEFAULT_FEATURE, numbers
from generator.experiments.trial import (
    Shown,
    Trial,
    shown_accentuation,
    shown_refusal,
)
from generator.features import Feature
from generator.photographs import quantize, to_picture
from generator.results.saved_accentuation import blur_px
from generator.search.opacity import display_opacity, render_masked

CLIP_PERCENTS = (3.0, 5.0, 10.0, 20.0, 30.0)


def plan(scene: Scene) -> Plan:
    """One row for each photograph and feature.

    Raises:
        ConfigError: a share is no percentage.
    """
    percents = numbers(scene, CLIP_PERCENTS, what="percent of pixels fully opaque")
    for percent in percents:
        if not 0 <= percent <= 99:
            raise ConfigError(f"--values must lie between 0 and 99 %; got {percent:g}")
    pairs = [
        (seed, feature)
        for seed in scene.seed_images
        for feature in scene.features(seed, DEFAULT_FEATURE)
    ]

    def make(studio: Studio) -> None:
        studio.measure_pool(feature for _, feature in pairs)
        for seed, feature in pairs:
            _make_row(studio, seed, feature, percents)

    blur_px = scene.config.blur_fraction * scene.canvas_px
    return Plan(
        title=f"Opacity maps: {scene.network.name}",
        note="Masked pictures lie on white, their opacity map as opacity; the "
        "percentage is the share of pixels that is fully opaque, the map is blurred "
        f"by {blur_px:g} px.",
        n_crops=len(pairs) * scene.config.crops_per_job,
        make=make,
    )


def _make_row(
    studio: Studio, seed: SeedImage, feature: Feature, percents: Sequence[float]
) -> None:
    scene = studio.scene
    studio.begin(f"{seed.name}   {feature}")
    studio.show_photograph(seed, feature)
    trial = Trial(
        label="accentuation", job=scene.job(seed, feature), config=scene.config
    )
    for _, made in studio.search([trial]):
        if made is None:
            studio.show(shown_refusal(trial))
            continue
        studio.show(shown_accentuation(trial, made))
        _show_map(studio, made)
        for percent in percents:
            studio.show(_masked(scene, trial, made, percent))


def _show_map(studio: Studio, made: Accentuation) -> None:
    """The map itself, as the settings display it."""
    config = studio.scene.config
    blur = blur_px(config, made.image)
    displayed = display_opacity(
        made.opacity_map, clip_percent=config.clip_percent, blur_px=blur
    )
    studio.show_view(
        f"opacity_map.{display_name(config.clip_percent, blur)}",
        f"opacity map, {config.clip_percent:g} %",
        to_picture(displayed.expand(3, -1, -1)),
    )


def _masked(scene: Scene, trial: Trial, made: Accentuation, percent: float) -> Shown:
    """The accentuation on white, and what the network says of that picture."""
    blur = blur_px(scene.config, made.image)
    displayed = display_opacity(made.opacity_map, clip_percent=percent, blur_px=blur)
    image = quantize(render_masked(made.image, displayed))
    found = feature_activations(scene.network, image[None], [trial.shown_feature])
    opacity = float(displayed.mean())
    return Shown(
        label=f"masked, {percent:g} %",
        file_label=f"masked {display_name(percent, blur)}",
        kind="masked_accentuation",
        photograph=trial.job.name,
        feature=trial.shown_feature,
        image=image,
        activation_before=made.activation_before,
        activation_after=float(found),
        setting={"clip_percent": percent, "blur_px": blur, "mean_opacity": opacity},
        caption=(f"mean opacity {opacity:.2f}",),
        rng_seed=trial.job.rng_seed,
    )
