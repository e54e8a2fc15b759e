"""Sweeps: each photograph and feature under several settings, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generator.config import AccentuationConfig
from generator.errors import ConfigError
from generator.experiments.scene import Scene, SeedImage
from generator.experiments.studio import Plan, Studio
from generator.experiments.trial import Trial
from generator.features import Feature

DEFAULT_FEATURE = "logit:#1"
"""What the network sees first in each photograph."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Setting:
    """One column of a sweep."""

    label: str
    config: AccentuationConfig
    columns: dict[str, Any]
    """What the table says of it."""


def plan_sweep(
    scene: Scene, settings: Sequence[Setting], *, title: str, note: str
) -> Plan:
    """One row for each photograph and feature, one column for each setting."""
    pairs = [
        (seed, feature)
        for seed in scene.seed_images
        for feature in scene.features(seed, DEFAULT_FEATURE)
    ]

    def make(studio: Studio) -> None:
        studio.measure_pool(feature for _, feature in pairs)
        for seed, feature in pairs:
            studio.begin(f"{seed.name}   {feature}")
            studio.show_photograph(seed, feature)
            studio.accentuate(trials_of(scene, seed, feature, settings))

    return Plan(
        title=f"{title}: {scene.network.name}",
        note=note,
        n_crops=len(pairs) * sum(s.config.crops_per_job for s in settings),
        make=make,
    )


def trials_of(
    scene: Scene, seed: SeedImage, feature: Feature, settings: Sequence[Setting]
) -> list[Trial]:
    """The same search under each setting: same crops, same noise."""
    return [
        Trial(
            label=setting.label,
            job=scene.job(seed, feature),
            config=setting.config,
            setting=setting.columns,
        )
        for setting in settings
    ]


def numbers(scene: Scene, default: Sequence[float], *, what: str) -> list[float]:
    """The values asked for as numbers, or the default.

    Raises:
        ConfigError: one is no number.
    """
    if not scene.request.values:
        return list(default)
    try:
        return [float(text) for text in scene.request.values]
    except ValueError:
        given = " ".join(scene.request.values)
        raise ConfigError(
            f"--values must be numbers, {what}; got {given}. "
            f"Example: --values {' '.join(f'{value:g}' for value in default)}"
        ) from None
