"""How alike two attribution vectors are. No torch."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

SimilarityName = Literal["pearson", "spearman", "cosine"]
SIMILARITIES: tuple[SimilarityName, ...] = get_args(SimilarityName)

Floats = NDArray[np.float64]

_FLAT = 1e-9
"""A vector that varies less than this, relative to its norm, has no direction."""


def similarity_matrix(ours: Floats, theirs: Floats, name: SimilarityName) -> Floats:
    """Similarity of each of our vectors with each of theirs.

    Unchanged when a vector is multiplied by a positive number; Pearson and Spearman
    also when a constant is added to it.

    Args:
        ours: (n, C).
        theirs: (m, C).

    Returns:
        (n, m) in [-1, 1]; NaN where a vector has no direction (all channels equal; for
        the cosine, all zero).
    """
    left, right = (_directions(vectors, name) for vectors in (ours, theirs))
    similarities: Floats = np.clip(left @ right.T, -1.0, 1.0)
    return similarities


def paired_similarity(ours: Floats, theirs: Floats, name: SimilarityName) -> Floats:
    """Similarity of each of our vectors with its partner, both (n, C): (n,)."""
    left, right = (_directions(vectors, name) for vectors in (ours, theirs))
    similarities: Floats = np.clip((left * right).sum(1), -1.0, 1.0)
    return similarities


def average_ranks(values: Floats) -> Floats:
    """Ranks from 1 along the last axis; equal values share their mean rank."""
    flat = values.reshape(-1, values.shape[-1])
    ranks = np.empty_like(flat)
    for row, vector in enumerate(flat):
        _, place, counts = np.unique(vector, return_inverse=True, return_counts=True)
        last = np.cumsum(counts)
        ranks[row] = (last - (counts - 1) / 2)[place]
    return ranks.reshape(values.shape)


def _directions(vectors: Floats, name: SimilarityName) -> Floats:
    """Unit vectors whose dot products are the similarity; NaN where there is none."""
    values = np.asarray(vectors, dtype=np.float64)
    if name == "spearman":
        values = average_ranks(values)
    scale = np.linalg.norm(values, axis=1, keepdims=True)
    if name != "cosine":
        values = values - values.mean(1, keepdims=True)
    norm = np.linalg.norm(values, axis=1, keepdims=True)
    is_flat = norm <= _FLAT * scale
    unit: Floats = values / np.where(is_flat, np.nan, norm)
    return unit
