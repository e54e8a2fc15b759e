"""Why a photograph is taken for something else: both classes and their difference.

Source: after figure 9 of Hamblin et al. (2024), arXiv 2402.10039.
"""

from generator.activations import strongest_logits
from generator.errors import ConfigError, NetworkError
from generator.experiments.scene import Scene, SeedImage
from generator.experiments.studio import Plan, Studio
from generator.experiments.trial import Trial
from generator.experiments.unrelated import unrelated_logit
from generator.features import Feature, FeatureId, logit_index


def plan(scene: Scene) -> Plan:
    """For each photograph a row of pictures, one of maps and one of masked pictures.

    Raises:
        NetworkError: the network has too few labelled classes.
        FeatureNotFoundError: no class is called as said.
        ConfigError: the photograph is classified correctly.
    """
    if len(scene.network.labels) < 3:
        raise NetworkError(
            "misclassification needs a classifier of at least 3 labelled classes; "
            f"{scene.network.name} has {len(scene.network.labels)} labels"
        )
    chosen = [(seed, _roles(scene, seed)) for seed in scene.seed_images]

    def make(studio: Studio) -> None:
        studio.measure_pool(f for _, roles in chosen for f in roles.values())
        for seed, roles in chosen:
            _make_row(studio, seed, roles)

    stand_in = (
        ""
        if scene.request.true_label
        else " No true class was given (--true): the runner-up stands in."
    )
    return Plan(
        title=f"Misclassification: {scene.network.name}",
        note="What speaks for the predicted class, for the true one, for the one "
        f"rather than the other, and for a class that is not there.{stand_in}",
        n_crops=sum(len(roles) for _, roles in chosen) * scene.config.crops_per_job,
        make=make,
        show_masks=True,
    )


def _roles(scene: Scene, seed: SeedImage) -> dict[str, Feature]:
    """What each picture brings out, by its part in the experiment."""
    ranked = strongest_logits(scene.network, seed.canvas)
    predicted = ranked[0]
    true, role = ranked[1], "runner-up"
    if scene.request.true_label is not None:
        true, role = scene.logit(scene.request.true_label), "true"
    if _same(scene, true, predicted):
        raise ConfigError(
            f"the network takes {seed.name} for {predicted}, which is true; choose a "
            "photograph that it gets wrong, or leave --true out to compare with the "
            "runner-up"
        )
    return {
        "predicted": predicted,
        role: true,
        f"predicted - {role}": predicted - true,
        f"{role} - predicted": true - predicted,
        "unrelated": unrelated_logit(scene, seed, [predicted, true]),
    }


def _same(scene: Scene, one: FeatureId, other: FeatureId) -> bool:
    """Whether two names mean one logit."""
    labels = scene.network.labels
    return logit_index(one.unit, labels) == logit_index(other.unit, labels)


def _make_row(studio: Studio, seed: SeedImage, roles: dict[str, Feature]) -> None:
    scene = studio.scene
    studio.begin(seed.name)
    studio.show_photograph(seed, roles["predicted"], says_feature=True)
    studio.accentuate(
        [
            Trial(
                label=f"{role}: {feature}" if " - " not in role else role,
                job=scene.job(seed, feature),
                config=scene.config,
                setting={"role": role},
            )
            for role, feature in roles.items()
        ]
    )
