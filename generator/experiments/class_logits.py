"""What the network sees and denies in a photograph: its extreme logits, both ways."""

from generator.activations import strongest_logits
from generator.errors import NetworkError
from generator.experiments.scene import Scene, SeedImage
from generator.experiments.studio import Plan, Studio
from generator.experiments.trial import Trial
from generator.features import Feature

_EXTREMES = 3
"""Logits from either end."""


def plan(scene: Scene) -> Plan:
    """For each photograph two rows, accentuated and suppressed.

    Raises:
        NetworkError: the network has too few logits.
        FeatureNotFoundError: a feature asked for is not there.
    """
    if len(scene.network.labels) < 2 * _EXTREMES:
        raise NetworkError(
            f"class-logits needs a classifier of at least {2 * _EXTREMES} labelled "
            f"classes; {scene.network.name} has {len(scene.network.labels)} labels"
        )
    chosen = [(seed, _logits(scene, seed)) for seed in scene.seed_images]

    def make(studio: Studio) -> None:
        studio.measure_pool(f for _, named in chosen for f in named)
        for seed, named in chosen:
            for suppress in (False, True):
                _make_row(studio, seed, named, suppress=suppress)

    n_trials = 2 * sum(len(named) for _, named in chosen)
    return Plan(
        title=f"Class logits: {scene.network.name}",
        note=f"The {_EXTREMES} most excited and the {_EXTREMES} most inhibited logits "
        "of each photograph, then those named; each brought out and each suppressed.",
        n_crops=n_trials * scene.config.crops_per_job,
        make=make,
    )


def _logits(scene: Scene, seed: SeedImage) -> dict[Feature, str]:
    """Each logit with what it is to this photograph."""
    ranked = strongest_logits(scene.network, seed.canvas)
    named: dict[Feature, str] = {}
    for rank, logit in enumerate(ranked[:_EXTREMES], start=1):
        named[logit] = f"most excited {rank}"
    for rank, logit in enumerate(reversed(ranked[-_EXTREMES:]), start=1):
        named[logit] = f"most inhibited {rank}"
    if scene.request.features:
        for feature in scene.features(seed, ""):
            named.setdefault(feature, "named")
    return named


def _make_row(
    studio: Studio, seed: SeedImage, named: dict[Feature, str], *, suppress: bool
) -> None:
    scene = studio.scene
    studio.begin(f"{seed.name}   {'suppressed' if suppress else 'accentuated'}")
    studio.show_photograph(seed, next(iter(named)), says_feature=True)
    studio.accentuate(
        [
            Trial(
                label=f"{role}: {feature}",
                job=scene.job(seed, feature, suppress=suppress),
                config=scene.config,
                setting={"role": role},
            )
            for feature, role in named.items()
        ]
    )
