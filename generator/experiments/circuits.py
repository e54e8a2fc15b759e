"""Whether accentuations use the circuits that photographs use.

The measurement is that of `generator.circuits`, with its checks; here a small one of
it becomes a figure like the others. Where a check fails the sheet says so.

Source: after figure 8 of Hamblin et al. (2024), arXiv 2402.10039; the recipe is ours.
"""

from collections.abc import Iterator

from generator.circuits.checks import verdicts
from generator.circuits.config import ADVERSARIAL, CircuitConfig
from generator.circuits.figure import check_figures_installed
from generator.circuits.making import OTHER
from generator.circuits.pictures import (
    ACCENTUATIONS,
    MADE,
    VISUALIZATIONS,
    Kind,
    crops_of,
)
from generator.circuits.preparing import Prepared, prepare
from generator.circuits.run import CircuitResult, mismatch, run_circuits
from generator.circuits.saving import save_circuits
from generator.config import VisualizationConfig
from generator.errors import ConfigError
from generator.experiments.scene import Scene
from generator.experiments.studio import Plan, Studio
from generator.experiments.sweep import numbers
from generator.experiments.table import number
from generator.experiments.trial import Shown
from generator.experiments.units import commonest_classes
from generator.features import Feature
from generator.jobs import WorkFolder
from generator.progress import NoProgress
from generator.results.result_folder import ResultFolder
from generator.search.problem import OnCrops

_FEATURES = 3
_PERCENTILE = 95.0
"""Of the photographs' activations: one that searches of the usual length reach."""

_STARTS = 2
"""Seed images, and noise starts, of each feature."""

_NATURAL = (4, 32)
"""Fewest and most photographs that stand for a feature; a sixth of the pool."""


def plan(scene: Scene) -> Plan:
    """One row for each feature and seed image; the measurement in `circuits/`.

    Raises:
        ConfigError: not exactly one folder of photographs, fewer than two features,
            or no matplotlib.
        PoolError: the photographs cannot supply what is needed.
    """
    folders = scene.request.pool
    if len(folders) != 1:
        raise ConfigError(
            f"circuits are measured on one folder of photographs; got {len(folders)}. "
            "Name it with --pool."
        )
    check_figures_installed()
    config = _config(scene)
    prepared = prepare(
        scene.network, _features(scene), folders[0], config, progress=NoProgress()
    )

    def make(studio: Studio) -> None:
        _make(studio, prepared)

    percentile = f"percentile {config.level_percentile:g}"
    return Plan(
        title=f"Circuits: {scene.network.name}",
        note="All made pictures at one activation of their feature, the photographs' "
        f"{percentile}. Coherence by layer, and the checks on it: circuits/figure.png "
        "and circuits/summary.txt.",
        n_crops=len(prepared.features) * sum(crops_of(kind, config) for kind in MADE),
        make=make,
    )


def _features(scene: Scene) -> list[Feature]:
    """Those asked for, or the classes the network sees most often in the pool."""
    for feature in scene.request.features:
        if feature.rank is not None:
            raise ConfigError(
                f"{feature} is another logit for each photograph; name one logit"
            )
    if scene.request.features:
        return list(scene.request.features)
    return list(commonest_classes(scene, scene.pool, _FEATURES))


def _config(scene: Scene) -> CircuitConfig:
    fewest, most = _NATURAL
    count = max(fewest, min(most, len(scene.pool) // 6))
    search = scene.config
    return CircuitConfig(
        n_natural=count,
        n_other=count,
        n_lower=count,
        n_held_out=count,
        n_seed_images=_STARTS,
        n_visualizations=_STARTS,
        level_percentile=_percentile(scene),
        kernel_fractions=(),  # the secondary variant takes minutes more
        rng_seed=scene.rng_seed,
        accentuation=search,
        visualization=VisualizationConfig(
            steps=search.steps,
            draws_per_step=search.draws_per_step,
            canvas_px=search.canvas_px,
        ),
        adversarial=ADVERSARIAL.with_changes(
            steps=search.steps, canvas_px=search.canvas_px
        ),
    )


def _percentile(scene: Scene) -> float:
    found = numbers(scene, [_PERCENTILE], what="one natural percentile")
    if len(found) != 1:
        raise ConfigError(
            f"circuits compares pictures at one natural percentile; got {len(found)} "
            "--values"
        )
    return found[0]


class _Crops:
    """Passes on the progress of the searches, which is counted in crops."""

    def __init__(self, on_crops: OnCrops | None) -> None:
        self._on_crops = on_crops
        self._is_counted = False

    def start(self, stage: str, total: int, *, unit: str) -> None:
        """Only searches count."""
        self._is_counted = unit == "crop"

    def advance(self, n: int) -> None:
        """So many more crops."""
        if self._is_counted and self._on_crops is not None:
            self._on_crops(n)


def _make(studio: Studio, prepared: Prepared) -> None:
    out = studio.folder.path
    result = run_circuits(
        prepared,
        work=WorkFolder(path=out.with_name(f".{out.name}.work")),
        progress=_Crops(studio.on_crops),
    )
    save_circuits(result, ResultFolder(path=out / "circuits"), with_figure=True)
    studio.remarks.append(_verdict(result))
    for index in range(len(prepared.features)):
        for start in range(_STARTS):
            _make_row(studio, result, index, start)


def _verdict(result: CircuitResult) -> str:
    """At which layers the measure passed its own checks."""
    failed = verdicts(result.checks)
    trusted = [layer for layer, found in failed.items() if not found]
    if not trusted:
        return (
            "The measure fails its checks at every layer: it is UNINFORMATIVE, and "
            "praises no kind of picture."
        )
    return (
        f"The measure passes its checks at {', '.join(trusted)}; at the other "
        f"{len(failed) - len(trusted)} layers it is UNINFORMATIVE."
    )


def _make_row(studio: Studio, result: CircuitResult, index: int, start: int) -> None:
    prepared = result.prepared
    feature = prepared.features[index]
    level = prepared.sets.features[index].level
    position = prepared.sets.seed_images[start]
    (name,) = prepared.pool.names([position])
    studio.begin(f"{name}   {feature}   at activation {number(level)}")
    for shown in _row(result, index, start, name):
        studio.show(shown)


def _row(result: CircuitResult, index: int, start: int, name: str) -> Iterator[Shown]:
    """The seed image, and what was made from it and from one noise."""
    prepared = result.prepared
    position = prepared.sets.seed_images[start]
    before = float(prepared.pool.activations[position, index])
    (seed,) = prepared.pool.canvases([position])
    yield Shown(
        label="seed image",
        kind="natural",
        photograph=name,
        feature=prepared.features[index],
        image=seed,
        activation_before=None,
        activation_after=before,
        setting={"made_as": "seed_image"},
    )
    for kind in (*ACCENTUATIONS, OTHER, *VISUALIZATIONS):
        shown = _made(result, index, kind, start)
        if shown is not None:
            yield shown


def _made(result: CircuitResult, index: int, kind: Kind, start: int) -> Shown | None:
    """A made picture; None where the search had no gradient."""
    prepared, made = result.prepared, result.made[index][kind]
    starts = [int(number) for number in made.starts]
    if start not in starts:
        return None
    aim = prepared.unrelated[index] if kind == OTHER else index
    own = prepared.sets.features[aim]
    at = starts.index(start)
    off = abs(float(mismatch(made, own)[at]))
    is_matched = off <= prepared.config.match_tolerance
    is_noise = kind in VISUALIZATIONS
    position = prepared.sets.seed_images[start]
    (name,) = prepared.pool.names([position])
    return Shown(
        label=kind.replace("_", " "),
        kind="feature_visualization" if is_noise else "accentuation",
        photograph="" if is_noise else name,
        feature=prepared.features[aim],
        image=made.images[at],
        activation_before=None
        if is_noise
        else float(prepared.pool.activations[position, aim]),
        activation_after=float(made.activations[at]),
        status="made" if is_matched else "target_not_reached",
        setting={"made_as": kind, "level": own.level, "mismatch": off},
        caption=(str(prepared.features[aim]),) if kind == OTHER else (),
        rng_seed=prepared.config.rng_seed,
    )
