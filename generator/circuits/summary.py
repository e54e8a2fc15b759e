"""Means over features and seed images, with their intervals. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from generator.circuits.inference import Interval, mean_over_features
from generator.circuits.rows import CoherenceRow, KindRow
from generator.circuits.similarity import Floats, SimilarityName

_NOT_CROSSED = ("natural", "feature_visualization")
"""Kinds whose pictures belong to one feature alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SummaryRow:
    """One kind of picture at one layer, by one similarity, against one reference.

    Means are over features, of each feature's mean over its matched pictures; `_low`
    and `_high` end their 95 % bootstrap intervals.
    """

    layer: str
    layer_index: int
    similarity: SimilarityName
    reference: str
    kind: str

    n_features: int
    """With at least one matched picture."""

    n_undefined: int
    """Features whose ceiling and floor cannot be told apart: they have no score."""

    n_pictures: int
    n_unmatched: int
    """Pictures that missed the level; they take no part."""

    ceiling: float
    floor: float
    coherence: float
    coherence_low: float
    coherence_high: float
    score: float
    score_low: float
    score_high: float
    similarity_to_seed_image: float
    similarity_to_seed_image_low: float
    similarity_to_seed_image_high: float
    full_similarity_to_seed_image: float
    dispersion: float
    dispersion_low: float
    dispersion_high: float
    auc_natural_above: float


def summarize(
    rows: Sequence[CoherenceRow],
    kinds: Sequence[KindRow],
    *,
    n_bootstrap: int,
    rng_seed: int,
) -> list[SummaryRow]:
    """One row per layer, similarity, reference and kind, in the network's order."""
    groups: dict[tuple[int, str, SimilarityName, str, str], list[CoherenceRow]] = {}
    for row in rows:
        key = (row.layer_index, row.layer, row.similarity, row.reference, row.kind)
        groups.setdefault(key, []).append(row)
    spread: dict[tuple[str, str, str], list[KindRow]] = {}
    for kind in kinds:
        spread.setdefault((kind.layer, kind.similarity, kind.kind), []).append(kind)
    ordered = sorted(groups.items(), key=lambda item: item[0][0])
    return [
        _summary(
            group,
            spread[layer, similarity, kind],
            n_bootstrap,
            # One stream per row, so that adding a layer changes no other row.
            np.random.default_rng([rng_seed, 3, len(group), _number(kind)]),
        )
        for (_, layer, similarity, _, kind), group in ordered
    ]


def _number(text: str) -> int:
    return int.from_bytes(text.encode()[:8])


def _summary(
    group: list[CoherenceRow],
    spread: list[KindRow],
    n_bootstrap: int,
    rng: np.random.Generator,
) -> SummaryRow:
    first = group[0]
    is_crossed = not first.kind.startswith(_NOT_CROSSED)

    def mean(field: str) -> Interval:
        return mean_over_features(
            _table(group, field),
            is_crossed=is_crossed,
            n_bootstrap=n_bootstrap,
            rng=rng,
        )

    coherence = mean("coherence")
    dispersion = mean_over_features(
        np.array([[row.dispersion] for row in spread]),
        is_crossed=False,
        n_bootstrap=n_bootstrap,
        rng=rng,
    )
    per_feature = {row.feature_id: row for row in group}.values()
    return SummaryRow(
        layer=first.layer,
        layer_index=first.layer_index,
        similarity=first.similarity,
        reference=first.reference,
        kind=first.kind,
        n_features=coherence.n_features,
        n_undefined=sum(not row.is_defined for row in per_feature),
        n_pictures=len(group),
        n_unmatched=sum(not row.is_matched for row in group),
        ceiling=_mean([row.ceiling for row in per_feature]),
        floor=_mean([row.floor for row in per_feature]),
        **_ends("coherence", coherence),
        **_ends("score", mean("score")),
        **_ends("similarity_to_seed_image", mean("similarity_to_seed_image")),
        full_similarity_to_seed_image=mean("full_similarity_to_seed_image").mean,
        **_ends("dispersion", dispersion),
        auc_natural_above=_mean([row.auc_natural_above for row in spread]),
    )


def _ends(name: str, interval: Interval) -> dict[str, float]:
    """An interval as the columns NAME, NAME_low and NAME_high."""
    return {
        name: interval.mean,
        f"{name}_low": interval.low,
        f"{name}_high": interval.high,
    }


def _table(group: Sequence[CoherenceRow], field: str) -> Floats:
    """(F, K): one row per feature, one column per start; NaN where none is matched."""
    features = list(dict.fromkeys(row.feature_id for row in group))
    starts = sorted({row.start for row in group})
    table = np.full((len(features), len(starts)), np.nan)
    for row in group:
        if row.is_matched:
            place = features.index(row.feature_id), starts.index(row.start)
            table[place] = getattr(row, field)
    return table


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if value == value]
    return float(np.mean(known)) if known else float("nan")
