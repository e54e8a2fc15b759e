"""What a similarity must obey whatever the network. No torch."""

from dataclasses import dataclass

import numpy as np

from generator.circuits.similarity import SIMILARITIES, Floats, similarity_matrix

_FACTOR = 3.7


@dataclass(frozen=True, kw_only=True, slots=True)
class Laws:
    """How far the similarities of some attributions are from the laws."""

    identity_error: float
    """Largest |S(x, x) - 1|."""

    scale_error: float
    """Largest change of S when one side's attribution is multiplied."""

    shuffled_similarity: float
    """Mean Pearson similarity after each picture's channels were shuffled."""


def check_laws(sums: Floats, rng: np.random.Generator) -> Laws:
    """Check the laws on the channel sums of some pictures, (n, C), n at least 2."""
    identity, scale = [], []
    for name in SIMILARITIES:
        plain = similarity_matrix(sums, sums, name)
        identity.append(_largest(np.diagonal(plain) - 1))
        scale.append(_largest(similarity_matrix(_FACTOR * sums, sums, name) - plain))
    return Laws(
        identity_error=max(identity),
        scale_error=max(scale),
        shuffled_similarity=_shuffled(sums, rng),
    )


def _shuffled(sums: Floats, rng: np.random.Generator) -> float:
    """Each picture against the next ones, every time with a new shuffle."""
    found = []
    for lag in range(1, len(sums)):
        shuffled = rng.permuted(sums, axis=1)
        partners = np.roll(sums, lag, axis=0)
        matrix = similarity_matrix(shuffled, partners, "pearson")
        found.append(np.diagonal(matrix))
    known = np.concatenate(found)
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else float("nan")


def _largest(errors: Floats) -> float:
    known = np.abs(errors[np.isfinite(errors)])
    return float(known.max()) if len(known) else 0.0
