"""Seed images with the pictures made of them, looked at side by side.

Attributions are compared position by position only within such a family, where
positions mean the same; nothing so large is kept beyond one family.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch

from generator.circuits.attribution import attributions
from generator.circuits.case import Shown
from generator.circuits.pictures import OF_SEED_IMAGES, Kind
from generator.circuits.similarity import (
    SIMILARITIES,
    Floats,
    SimilarityName,
    paired_similarity,
)
from generator.features import Feature
from generator.networks import Network

_SEED: Kind = "seed_image"


class Nearness(NamedTuple):
    """Similarity of pictures to their own seed images, (n,) each."""

    sums: Floats
    full: Floats
    """NaN for Spearman: ranking whole maps takes longer than all the rest."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Families:
    """What was seen of all families."""

    sums: dict[str, dict[str, Floats]] = field(default_factory=dict)
    """By kind and layer, (n, C), in the order of the kind's pictures."""

    nearness: dict[tuple[str, str, SimilarityName], Nearness] = field(
        default_factory=dict
    )
    """By kind, layer and similarity."""

    def similarity_to_seed(
        self, kind: str, layer: str, name: SimilarityName, n: int
    ) -> Nearness:
        """Of a kind's n pictures; NaN for kinds that have no seed images."""
        nothing = np.full(n, np.nan)
        found = self.nearness.get((kind, layer, name))
        return found or Nearness(sums=nothing, full=nothing)


def look_at_families(
    network: Network,
    feature: Feature,
    layers: Collection[str],
    pictures: Mapping[str, Shown],
) -> Families:
    """Attribute every seed image and what was made of it, one family at a time."""
    kinds = [k for k in OF_SEED_IMAGES if k in pictures and len(pictures[k].images)]
    sums: dict[tuple[str, str], list[Floats]] = {}
    near: dict[tuple[str, str, SimilarityName], list[tuple[float, float]]] = {}
    for index, start in enumerate(pictures[_SEED].starts):
        members: dict[Kind, int] = {_SEED: index}
        for kind in kinds[1:]:
            starts = list(pictures[kind].starts)
            if start in starts:
                members[kind] = starts.index(start)
        images = [pictures[kind].images[i] for kind, i in members.items()]
        parts = [
            full
            for _, full in attributions(
                network, torch.stack(images), feature, list(layers)
            )
        ]
        for layer in layers:
            full = torch.cat([part[layer] for part in parts]).double()  # (k, C, P)
            _add(sums, near, list(members), layer, full.numpy())
    by_kind: dict[str, dict[str, Floats]] = {}
    for (of_kind, layer), rows in sums.items():
        by_kind.setdefault(of_kind, {})[layer] = np.stack(rows)
    nearness = {key: Nearness(*np.array(pairs).T.copy()) for key, pairs in near.items()}
    return Families(sums=by_kind, nearness=nearness)


def _add(
    sums: dict[tuple[str, str], list[Floats]],
    near: dict[tuple[str, str, SimilarityName], list[tuple[float, float]]],
    kinds: list[str],
    layer: str,
    full: Floats,
) -> None:
    """Add one family, the seed image first, to what was seen."""
    totals = full.sum(2)  # (k, C)
    flat = full.reshape(len(full), -1)  # (k, C * P)
    for i, kind in enumerate(kinds):
        sums.setdefault((kind, layer), []).append(totals[i])
    for name in SIMILARITIES:
        by_sums = _with_first(totals, name)
        is_ranked = name == "spearman"
        by_full = by_sums * np.nan if is_ranked else _with_first(flat, name)
        for i, kind in enumerate(kinds):
            pair = (float(by_sums[i]), float(by_full[i]))
            near.setdefault((kind, layer, name), []).append(pair)


def _with_first(values: Floats, name: SimilarityName) -> Floats:
    """Similarity of each row with the first, (k, n) to (k,)."""
    return paired_similarity(values, np.repeat(values[:1], len(values), 0), name)
