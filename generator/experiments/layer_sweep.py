"""Where the penalty is taken: each stage of the network, compared at one activation.

A penalty in an early layer holds pixels and edges, one in a late layer lets them go as
long as the objects stay. Pictures of one number of steps differ in strength as well,
so a second row compares them at equal activation.
"""

from collections.abc import Sequence
from dataclasses import replace

from generator.errors import ConfigError
from generator.experiments.levels import Way, common_level, keeping_way
from generator.experiments.scene import Scene, SeedImage
from generator.experiments.studio import Plan, Studio
from generator.experiments.sweep import DEFAULT_FEATURE, Setting, trials_of
from generator.experiments.table import number
from generator.experiments.trial import Trial, shown_accentuation, shown_refusal
from generator.feature_lookup import find_objective
from generator.features import Feature
from generator.layers import check_layer
from generator.search.regularization import choose_layer, stages

_MOST_LAYERS = 7
"""Stages shown unless others are asked for; evenly spread."""

ALL = "all"


def plan(scene: Scene) -> Plan:
    """Two rows for each photograph and feature, one column for each layer.

    Raises:
        LayerNotFoundError: no layer is called as asked.
        ConfigError: a layer is deeper than the feature's.
    """
    members = [
        (seed, feature, _settings(scene, feature))
        for seed in scene.seed_images
        for feature in scene.features(seed, DEFAULT_FEATURE)
    ]

    def make(studio: Studio) -> None:
        for seed, feature, settings in members:
            _make_rows(studio, seed, feature, settings)

    return Plan(
        title=f"Regularization layer: {scene.network.name}",
        note="Upper rows: after equally many steps. Lower rows: at equal activation, "
        "the picture on the way of each search.",
        n_crops=sum(len(settings) for *_, settings in members)
        * scene.config.crops_per_job,
        make=make,
    )


def _settings(scene: Scene, feature: Feature) -> list[Setting]:
    return [
        Setting(
            label=name,
            config=keeping_way(
                scene.config.with_changes(
                    regularization_layers=(name,), layer_weights=()
                )
            ),
            columns={"layer": name},
        )
        for name in _layers(scene, feature)
    ]


def _layers(scene: Scene, feature: Feature) -> list[str]:
    """Those asked for, or stages with positions up to the feature's layer."""
    network, asked = scene.network, scene.request.values
    order = [layer.name for layer in network.layers]
    deepest = max(find_objective(network, feature).layers, key=order.index)
    if asked and asked != (ALL,):
        for name in asked:
            choose_layer(network.module, network.layers, wanted=name, feature=deepest)
        return [check_layer(name, network.layers).name for name in asked]
    names = [
        stage.name
        for stage in stages(network.module, network.layers)
        if stage.stride_px is not None
        and order.index(stage.name) <= order.index(deepest)
    ]
    if not names:
        raise ConfigError(
            f"no stage with positions lies before {feature}; name layers with --values"
        )
    return names if asked else _spread(names, _MOST_LAYERS)


def _spread(names: Sequence[str], most: int) -> list[str]:
    """The first, the last and evenly spaced ones between."""
    if len(names) <= most:
        return list(names)
    return [names[round(i * (len(names) - 1) / (most - 1))] for i in range(most)]


def _make_rows(
    studio: Studio, seed: SeedImage, feature: Feature, settings: Sequence[Setting]
) -> None:
    network = studio.scene.network
    trials = trials_of(studio.scene, seed, feature, settings)
    studio.begin(f"{seed.name}   {feature}   after {settings[0].config.steps} steps")
    studio.show_photograph(seed, feature)
    first = studio.panels[-1].keep(len(trials))
    ways: dict[int, Way] = {}
    for trial, made in studio.search(trials):
        index = trials.index(trial)
        if made is None:
            studio.show(shown_refusal(trial), slot=first + index)
            continue
        studio.show(
            shown_accentuation(trial, made, setting={"compared_at": "equal steps"}),
            slot=first + index,
        )
        ways[index] = Way.of(network, made, feature)
    if ways:
        _compare(studio, seed, feature, [(trials[i], ways[i]) for i in sorted(ways)])


def _compare(
    studio: Studio, seed: SeedImage, feature: Feature, pairs: list[tuple[Trial, Way]]
) -> None:
    """The second row."""
    asked = studio.scene.request.level
    level = common_level([way for _, way in pairs]) if asked is None else asked
    studio.begin(f"{seed.name}   {feature}   at activation {number(level)}")
    studio.show_photograph(seed, feature)
    for trial, way in pairs:
        made, is_reached = way.picture_at(studio.scene.network, level)
        shown = shown_accentuation(
            trial,
            made,
            status="made" if is_reached else "target_not_reached",
            setting={"compared_at": "equal activation", "level": level},
            is_midway=True,
        )
        # Its layer has a picture in the first row, too.
        file_label = f"{trial.label} at equal activation"
        studio.show(replace(shown, file_label=file_label))
