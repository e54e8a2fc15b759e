"""One latent feature in many photographs: the different things it responds to.

Source: after figure 10 of Hamblin et al. (2024), arXiv 2402.10039.
"""

import math

from generator.errors import ConfigError
from generator.experiments.scene import Scene, SeedImage
from generator.experiments.studio import Plan, Studio
from generator.experiments.trial import Trial
from generator.experiments.units import strongest_unit
from generator.features import Feature

_PER_ROW = 6
"""Most photographs side by side; their accentuations stand below them."""


def plan(scene: Scene) -> Plan:
    """Rows of photographs, and under each the row of their accentuations.

    Raises:
        ConfigError: only one photograph, or several features.
    """
    if len(scene.seed_images) < 2:
        raise ConfigError(
            "diversity shows one feature in several photographs; got one. Name more "
            "with --photograph."
        )
    feature = scene.single_feature() or strongest_unit(
        scene, scene.pool or [seed.path for seed in scene.seed_images]
    )

    def make(studio: Studio) -> None:
        studio.measure_pool([feature])
        n_rows = math.ceil(len(scene.seed_images) / _PER_ROW)
        width = math.ceil(len(scene.seed_images) / n_rows)
        for first in range(0, len(scene.seed_images), width):
            _make_rows(studio, scene.seed_images[first : first + width], feature)

    return Plan(
        title=f"One feature in many photographs: {scene.network.name}, {feature}",
        note="Each accentuation stands under its seed image.",
        n_crops=len(scene.seed_images) * scene.config.crops_per_job,
        make=make,
    )


def _make_rows(studio: Studio, seeds: tuple[SeedImage, ...], feature: Feature) -> None:
    scene = studio.scene
    studio.begin("seed images")
    for seed in seeds:
        studio.show_photograph(seed, feature, label=seed.name)
    studio.begin(f"accentuated: {feature}")
    studio.accentuate(
        [
            Trial(label=seed.name, job=scene.job(seed, feature), config=scene.config)
            for seed in seeds
        ]
    )
