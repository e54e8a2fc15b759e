"""One feature: the circuits of its pictures against those of photographs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from generator.circuits.attribution import channel_sums
from generator.circuits.case import Case
from generator.circuits.coherence import (
    Scale,
    auc,
    coherence_with,
    leave_one_out,
    mean_of_pairs,
    scale_of,
)
from generator.circuits.families import Families, look_at_families
from generator.circuits.laws import Laws, check_laws
from generator.circuits.rows import TOP, CoherenceRow, KindRow
from generator.circuits.similarity import (
    SIMILARITIES,
    Floats,
    SimilarityName,
    similarity_matrix,
)
from generator.networks import Network


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Measured:
    """What was found for one feature."""

    rows: list[CoherenceRow]
    kinds: list[KindRow]
    laws: dict[str, Laws]
    """Of each layer."""

    scales: dict[str, Scale]
    """Of each layer, by Pearson similarity."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Sums:
    """Channel sums of one layer, (n, C) each."""

    kinds: dict[str, Floats]
    other: Floats
    lower: dict[str, Floats]


def measure(network: Network, case: Case) -> Measured:
    """Compare circuits at every layer, by every similarity."""
    families = look_at_families(network, case.feature, case.layers, case.pictures)
    by_layer = _look(network, case, families)
    rows: list[CoherenceRow] = []
    kinds: list[KindRow] = []
    laws, scales = {}, {}
    for layer, sums in by_layer.items():
        rng = np.random.default_rng([case.rng_seed, 2, case.layers[layer]])
        laws[layer] = check_laws(sums.kinds["natural"], rng)
        for name in SIMILARITIES:
            scale = _scale(sums, name, case.n_bootstrap, rng)
            if name == "pearson":
                scales[layer] = scale
            rows += _rows(case, layer, name, scale, sums, families)
            kinds += _kinds(case, layer, name, sums)
    return Measured(rows=rows, kinds=kinds, laws=laws, scales=scales)


def natural_scales(
    network: Network, case: Case, *, rng: np.random.Generator
) -> dict[str, Scale]:
    """Ceiling and floor of each layer by Pearson similarity, and nothing else."""
    layers = list(case.layers)
    own = channel_sums(network, case.pictures["natural"].images, case.feature, layers)
    other = channel_sums(network, case.other, case.feature, layers)
    return {
        layer: scale_of(
            similarity_matrix(own[layer], own[layer], "pearson"),
            similarity_matrix(own[layer], other[layer], "pearson"),
            n_bootstrap=case.n_bootstrap,
            rng=rng,
        )
        for layer in layers
    }


def _look(network: Network, case: Case, families: Families) -> dict[str, _Sums]:
    layers = list(case.layers)

    def sums_of(images: Tensor) -> dict[str, Floats]:
        return channel_sums(network, images, case.feature, layers)

    alone = {
        kind: sums_of(shown.images)
        for kind, shown in case.pictures.items()
        if kind not in families.sums and len(shown.images)
    }
    other = sums_of(case.other)
    lower = {name: sums_of(images) for name, images in case.lower.items()}
    return {
        layer: _Sums(
            kinds={k: found[layer] for k, found in (alone | families.sums).items()},
            other=other[layer],
            lower={name: found[layer] for name, found in lower.items()},
        )
        for layer in layers
    }


def _scale(
    sums: _Sums, name: SimilarityName, n_bootstrap: int, rng: np.random.Generator
) -> Scale:
    natural = sums.kinds["natural"]
    return scale_of(
        similarity_matrix(natural, natural, name),
        similarity_matrix(natural, sums.other, name),
        n_bootstrap=n_bootstrap,
        rng=rng,
    )


def _coherences(
    sums: _Sums, kind: str, name: SimilarityName
) -> Iterator[tuple[str, Floats]]:
    """Coherence of a kind's pictures with each reference, by the reference's name."""
    ours = sums.kinds[kind]
    with_top = similarity_matrix(ours, sums.kinds["natural"], name)
    is_top = kind == "natural"
    yield TOP, leave_one_out(with_top) if is_top else coherence_with(with_top)
    for reference, theirs in sums.lower.items():
        yield reference, coherence_with(similarity_matrix(ours, theirs, name))


def _rows(
    case: Case,
    layer: str,
    name: SimilarityName,
    scale: Scale,
    sums: _Sums,
    families: Families,
) -> Iterator[CoherenceRow]:
    for kind in sums.kinds:
        shown = case.pictures[kind]
        near = families.similarity_to_seed(kind, layer, name, len(shown.images))
        for reference, coherence in _coherences(sums, kind, name):
            score = scale.score(coherence)
            for i, picture in enumerate(shown.names):
                yield CoherenceRow(
                    feature_id=str(case.feature),
                    layer=layer,
                    layer_index=case.layers[layer],
                    similarity=name,
                    reference=reference,
                    kind=kind,
                    picture=picture,
                    start=int(shown.starts[i]),
                    activation=float(shown.activations[i]),
                    is_matched=bool(shown.is_matched[i]),
                    coherence=float(coherence[i]),
                    ceiling=scale.ceiling,
                    floor=scale.floor,
                    gap_low=scale.gap_low,
                    gap_high=scale.gap_high,
                    is_defined=scale.is_defined,
                    score=float(score[i]),
                    similarity_to_seed_image=float(near.sums[i]),
                    full_similarity_to_seed_image=float(near.full[i]),
                )


def _kinds(
    case: Case, layer: str, name: SimilarityName, sums: _Sums
) -> Iterator[KindRow]:
    natural = sums.kinds["natural"]
    own = leave_one_out(similarity_matrix(natural, natural, name))
    for kind, all_of_kind in sums.kinds.items():
        matched = np.array(case.pictures[kind].is_matched, dtype=bool)
        found = all_of_kind[matched]
        coherence = coherence_with(similarity_matrix(found, natural, name))
        is_natural = kind == "natural"
        yield KindRow(
            feature_id=str(case.feature),
            layer=layer,
            layer_index=case.layers[layer],
            similarity=name,
            kind=kind,
            n_pictures=len(matched),
            n_matched=int(matched.sum()),
            dispersion=1 - mean_of_pairs(similarity_matrix(found, found, name)),
            auc_natural_above=auc(own, own if is_natural else coherence),
        )
