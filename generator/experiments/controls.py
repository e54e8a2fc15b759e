"""What an accentuation must be told apart from.

Source: controls of section "random weights" after Adebayo et al. (2018), Sanity Checks
    for Saliency Maps, arXiv 1810.03292.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from generator.accentuation import Accentuation
from generator.activations import feature_activations
from generator.circuits.config import ADVERSARIAL
from generator.config import AccentuationConfig, VisualizationConfig
from generator.errors import ConfigError, NoGradientError
from generator.experiments.cascade import cascade_trials
from generator.experiments.levels import Way, keeping_way
from generator.experiments.random_features import random_direction, random_unit
from generator.experiments.scene import Scene, SeedImage
from generator.experiments.studio import Plan, Studio
from generator.experiments.sweep import DEFAULT_FEATURE
from generator.experiments.trial import (
    Shown,
    Trial,
    shown_accentuation,
    shown_refusal,
)
from generator.experiments.unrelated import unrelated_logit
from generator.feature_lookup import find_objective
from generator.features import Feature, FeatureId
from generator.layers import LayerInfo, check_layer
from generator.visualization import VisualizationJob, visualize

NOISE_STARTS: tuple[Any, ...] = ("fourier", "fourier_phase")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Member:
    """One photograph and feature with its controls."""

    seed: SeedImage
    feature: Feature
    others: list[Trial]
    """Other things brought out in the same photograph."""

    cascade: list[Trial]


def plan(scene: Scene) -> Plan:
    """Two rows for each photograph and feature: other searches, and random weights.

    Raises:
        ConfigError: a number of random layers is out of range.
    """
    members = [
        _Member(
            seed=seed,
            feature=feature,
            others=_other_trials(scene, seed, feature),
            cascade=cascade_trials(scene, seed, feature),
        )
        for seed in scene.seed_images
        for feature in scene.features(seed, DEFAULT_FEATURE)
    ]
    noise = [_noise_config(scene.config, name) for name in NOISE_STARTS]
    crops = scene.config.crops_per_job
    n_crops = sum(
        (1 + len(member.others) + len(member.cascade)) * crops
        + _pixel_config(scene.config).crops_per_job
        + sum(config.crops_per_job for config in noise)
        for member in members
    )

    def make(studio: Studio) -> None:
        for member in members:
            _make_rows(studio, member, noise)

    return Plan(
        title=f"Controls: {scene.network.name}",
        note="Upper rows: the accentuation beside searches that differ in one thing. "
        "Lower rows: the same search in networks whose layers are random, counted "
        "from the output; map r: rank correlation of the opacity map with that of the "
        "accentuation.",
        n_crops=n_crops,
        make=make,
    )


def _make_rows(
    studio: Studio, member: _Member, noise: list[VisualizationConfig]
) -> None:
    scene, seed, feature = studio.scene, member.seed, member.feature
    studio.begin(f"{seed.name}   {feature}")
    studio.show_photograph(seed, feature)
    trial = Trial(
        label="accentuation",
        job=scene.job(seed, feature),
        config=scene.config,
        setting={"control": "none"},
    )
    ((_, made),) = studio.search([trial])
    if made is None:
        studio.show(shown_refusal(trial))
        return
    studio.show(shown_accentuation(trial, made, setting=_seen(scene, feature, made)))
    for other, found in studio.search(member.others):
        _show_control(studio, feature, other, found)
    _show_pixel_search(studio, seed, feature, made)
    for config in noise:
        _show_noise_start(studio, feature, config)
    studio.begin(f"{seed.name}   {feature}   random weights")
    studio.show_photograph(seed, feature)
    for other, found in studio.search(member.cascade):
        _show_control(studio, feature, other, found, beside=made)


def _show_control(
    studio: Studio,
    feature: Feature,
    trial: Trial,
    made: Accentuation | None,
    *,
    beside: Accentuation | None = None,
) -> None:
    """A control, with the activation of the feature it is a control for."""
    if made is None:
        studio.show(shown_refusal(trial))
        return
    columns = _seen(studio.scene, feature, made)
    lines = [f"{feature}: {columns['feature_activation']:.2f}"]
    if beside is not None:
        columns |= {
            "map_rank_correlation": rank_correlation(
                made.opacity_map, beside.opacity_map
            ),
            "change_correlation": correlation(_change(made), _change(beside)),
        }
        lines.append(f"map r = {columns['map_rank_correlation']:.2f}")
    studio.show(shown_accentuation(trial, made, setting=columns, caption=tuple(lines)))


def _seen(scene: Scene, feature: Feature, made: Accentuation) -> dict[str, Any]:
    """How strongly the trained network's feature responds to the picture."""
    found = feature_activations(scene.network, made.image[None], [feature])
    return {"feature_activation": float(found)}


def _other_trials(scene: Scene, seed: SeedImage, feature: Feature) -> list[Trial]:
    """Random feature, random direction, unrelated class."""
    layer = _layer_of(scene, feature)
    wanted: list[tuple[str, Feature]] = [
        ("random feature", random_unit(scene, layer, feature)),
        ("random direction", random_direction(scene, layer)),
    ]
    if scene.network.labels:
        unrelated = unrelated_logit(scene, seed, [feature])
        wanted.append(("unrelated class", unrelated))
    elif scene.request.unrelated_label is not None:
        raise ConfigError(
            f"{scene.network.name} has no labelled classes; leave --unrelated out"
        )
    return [
        Trial(
            label=f"{name}: {other}" if isinstance(other, FeatureId) else name,
            job=scene.job(seed, other),
            config=scene.config,
            setting={"control": name},
        )
        for name, other in wanted
    ]


def _layer_of(scene: Scene, feature: Feature) -> LayerInfo:
    """The deepest layer that a feature reads."""
    layers = scene.network.layers
    order = [layer.name for layer in layers]
    names = find_objective(scene.network, feature).layers
    return check_layer(max(names, key=order.index), layers)


def _pixel_config(config: AccentuationConfig) -> AccentuationConfig:
    """Adversarial-style, as long as the accentuation."""
    return keeping_way(
        ADVERSARIAL.with_changes(steps=config.steps, canvas_px=config.canvas_px)
    )


def _show_pixel_search(
    studio: Studio, seed: SeedImage, feature: Feature, accentuation: Accentuation
) -> None:
    """The pixel search, stopped where it responds as the accentuation does."""
    scene = studio.scene
    trial = Trial(
        label="pixel search to the same activation",
        job=scene.job(seed, feature),
        config=_pixel_config(scene.config),
        setting={"control": "pixel search", "level": accentuation.activation_after},
    )
    for _, made in studio.search([trial]):
        if made is None:
            studio.show(shown_refusal(trial))
            continue
        way = Way.of(scene.network, made, feature)
        stopped, is_reached = way.picture_at(
            scene.network, accentuation.activation_after
        )
        studio.show(
            shown_accentuation(
                trial,
                stopped,
                status="made" if is_reached else "target_not_reached",
                setting=_seen(scene, feature, stopped),
                is_midway=True,
            )
        )


def _noise_config(config: AccentuationConfig, parameterization: Any) -> Any:
    """The accentuation's search, from noise."""
    return VisualizationConfig(
        steps=config.steps,
        draws_per_step=config.draws_per_step,
        parameterization=parameterization,
        canvas_px=config.canvas_px,
    )


def _show_noise_start(
    studio: Studio, feature: Feature, config: VisualizationConfig
) -> None:
    """What the seed image adds: the same feature, from noise."""
    scene = studio.scene
    label = f"from noise, {config.parameterization}"
    job = VisualizationJob(feature=feature, rng_seed=scene.rng_seed)
    try:
        (made,) = visualize(scene.network, [job], config, on_crops=studio.on_crops)
    except NoGradientError:
        image, activation = None, None
    else:
        image, activation = made.image, made.activation
    studio.show(
        Shown(
            label=label,
            kind="feature_visualization",
            photograph="",
            feature=feature,
            image=image,
            activation_before=None,
            activation_after=activation,
            status="made" if image is not None else "no_gradient",
            setting={"control": label, "feature_activation": activation},
            rng_seed=scene.rng_seed,
        )
    )


def _change(made: Accentuation) -> Tensor:
    return made.image - made.job.seed_image.cpu()


def correlation(one: Tensor, other: Tensor) -> float:
    """Pearson correlation of two tensors' values; NaN where one is constant."""
    pair = torch.stack([one.flatten(), other.flatten()]).double()
    return float(torch.corrcoef(pair)[0, 1])


def rank_correlation(one: Tensor, other: Tensor) -> float:
    """Spearman correlation of two tensors' values, ties in order of place."""
    return correlation(*(t.flatten().argsort().argsort() for t in (one, other)))
