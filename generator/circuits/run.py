"""A measurement of circuit coherence from photographs to rows. No printing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from generator.activations import feature_activations
from generator.circuits.attribution import completeness_errors
from generator.circuits.case import Case, Shown
from generator.circuits.checks import (
    Check,
    check_completeness,
    check_measured,
    check_random_weights,
    report_completeness,
)
from generator.circuits.coherence import Scale
from generator.circuits.kernels import KernelRow, compare_kernels
from generator.circuits.making import (
    OTHER,
    Sources,
    make_all,
)
from generator.circuits.measure import Measured, measure, natural_scales
from generator.circuits.pictures import Kind, Made
from generator.circuits.pool import PhotographPool
from generator.circuits.preparing import Prepared
from generator.circuits.rows import CoherenceRow, KindRow
from generator.circuits.sets import FeatureSets
from generator.circuits.similarity import Floats
from generator.circuits.summary import SummaryRow, summarize
from generator.features import Feature
from generator.jobs import WorkFolder
from generator.networks import Network
from generator.parameterization.spectrum import natural_magnitude
from generator.progress import Progress
from generator.zoo.random_weights import randomized

_N_SPECTRUM = 64
"""Photographs whose mean spectrum the phase visualizations keep."""

_N_INCOMPLETE = 4
"""Photographs of each feature on which completeness is reported."""

_KERNEL_KINDS = ("accentuation", "feature_visualization_fourier", "adversarial")
"""Kinds whose kernels are compared with those of photographs."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CircuitResult:
    """What was measured, and whether it may be believed."""

    prepared: Prepared
    made: list[dict[Kind, Made]]
    """Of each feature."""

    rows: list[CoherenceRow]
    kinds: list[KindRow]
    summary: list[SummaryRow]
    checks: list[Check]
    kernels: list[KernelRow]


def run_circuits(
    prepared: Prepared, *, work: WorkFolder, progress: Progress
) -> CircuitResult:
    """Make the pictures, measure them, and check the measure."""
    config = prepared.config
    made = _make(prepared, work, progress)
    untrained = replace(
        prepared.network,
        module=randomized(prepared.network.module, rng_seed=config.rng_seed),
    )
    progress.start("circuits", len(made), unit="feature")
    seen = []
    for index, own in enumerate(made):
        seen.append(_look(prepared, index, own, untrained))
        progress.advance(1)
    rows = [row for found in seen for row in found.measured.rows]
    kinds = [row for found in seen for row in found.measured.kinds]
    return CircuitResult(
        prepared=prepared,
        made=made,
        rows=rows,
        kinds=kinds,
        summary=summarize(
            rows, kinds, n_bootstrap=config.n_bootstrap, rng_seed=config.rng_seed
        ),
        checks=[
            check_completeness(),
            *check_measured([found.measured for found in seen]),
            *check_random_weights([found.untrained for found in seen]),
            *report_completeness([found.incompleteness for found in seen]),
        ],
        kernels=[row for found in seen for row in found.kernels],
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Seen:
    """What one feature answered; its pictures are forgotten again."""

    measured: Measured
    untrained: dict[str, Scale]
    incompleteness: dict[str, Floats]
    kernels: list[KernelRow]


def _look(
    prepared: Prepared, index: int, made: Mapping[Kind, Made], untrained: Network
) -> _Seen:
    network, case = prepared.network, _case(prepared, index, made)
    some = case.pictures["natural"].images[:_N_INCOMPLETE]
    rng = np.random.default_rng([prepared.config.rng_seed, 4])
    return _Seen(
        measured=measure(network, case),
        untrained=natural_scales(untrained, case, rng=rng),
        incompleteness=completeness_errors(
            network, some, case.feature, list(case.layers)
        ),
        kernels=_kernels(prepared, index, case),
    )


def _make(
    prepared: Prepared, work: WorkFolder, progress: Progress
) -> list[dict[Kind, Made]]:
    pool = prepared.pool
    n = len(pool.photographs)
    some = np.linspace(0, n - 1, min(n, _N_SPECTRUM)).round().astype(np.int64)
    sources = Sources(
        network=prepared.network,
        seed_images=pool.canvases(prepared.sets.seed_images),
        magnitude=natural_magnitude(pool.canvases(some)),
        config=prepared.config,
    )
    return make_all(
        sources,
        prepared.features,
        prepared.sets.features,
        prepared.unrelated,
        work=work,
        progress=progress,
    )


def _case(prepared: Prepared, index: int, made: Mapping[Kind, Made]) -> Case:
    feature, own = prepared.features[index], prepared.sets.features[index]
    pool, config = prepared.pool, prepared.config
    pictures = {
        "natural": _photographs(pool, own.natural, index),
        "seed_image": _photographs(pool, prepared.sets.seed_images, index),
    }
    for kind, found in made.items():
        aim = prepared.unrelated[index] if kind == OTHER else index
        pictures[kind] = _made(prepared, feature, kind, found, aim)
    order = [layer.name for layer in prepared.network.layers]
    return Case(
        feature=feature,
        layers={name: order.index(name) for name in prepared.layers[feature]},
        level=own.level,
        pictures=pictures,
        other=pool.canvases(own.other),
        lower={
            f"percentile_{percentile:g}": pool.canvases(positions)
            for percentile, positions in own.lower.items()
        },
        n_bootstrap=config.n_bootstrap,
        rng_seed=config.rng_seed,
    )


def _photographs(pool: PhotographPool, positions: np.ndarray, feature: int) -> Shown:
    return Shown(
        images=pool.canvases(positions),
        names=pool.names(positions),
        starts=range(len(positions)),
        activations=pool.activations[positions, feature].astype(np.float64),
        is_matched=[True] * len(positions),
    )


def _made(
    prepared: Prepared, feature: Feature, kind: Kind, found: Made, aim: int
) -> Shown:
    """Made pictures; `aim` is the feature whose level they were brought to."""
    sets = prepared.sets.features[aim]
    made_as = "accentuation" if kind == OTHER else kind
    own = found.activations
    if feature != prepared.features[aim]:
        shown = feature_activations(prepared.network, found.images, [feature])
        own = shown[:, 0].double().numpy()
    off = mismatch(found, sets)
    return Shown(
        images=found.images,
        names=[prepared.file_of(aim, made_as, start) for start in found.starts],
        starts=[int(start) for start in found.starts],
        activations=own,
        is_matched=[bool(o) for o in np.abs(off) <= prepared.config.match_tolerance],
    )


def mismatch(found: Made, sets: FeatureSets) -> Floats:
    """Activation minus level of made pictures, in units of the photographs' range."""
    off: Floats = (found.activations - sets.level) / sets.activation_range
    return off


def _kernels(prepared: Prepared, index: int, case: Case) -> list[KernelRow]:
    config = prepared.config
    if not config.kernel_fractions:
        return []
    images: dict[str, Tensor] = {"natural": case.pictures["natural"].images}
    for kind in _KERNEL_KINDS:
        shown = case.pictures[kind]
        kept = shown.images[np.flatnonzero(shown.is_matched)]
        if len(kept):
            images[kind] = kept
    return compare_kernels(
        prepared.network,
        case.feature,
        images,
        prepared.pool.canvases(prepared.sets.features[index].held_out),
        fractions=config.kernel_fractions,
        rng=np.random.default_rng([config.rng_seed, 6]),
    )
