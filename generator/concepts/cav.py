"""Concept activation vectors: the direction that tells a concept from random images.

Source: Kim et al. (2018), Interpretability Beyond Feature Attribution: Quantitative
    Testing with Concept Activation Vectors (TCAV). https://arxiv.org/abs/1711.11279
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from generator.errors import ConfigError, DirectionError

MIN_IMAGES = 6
"""Fewer images of a concept cannot be split into a fit and a test."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CavConfig:
    """How a concept's direction is fitted, and what it must reach to be kept."""

    layer: str
    """Dotted module name, or `logit`."""

    n_random_sets: int = 20
    """Sets drawn from the random images, each fitted against all of the concept."""

    random_set_size: int | None = None
    """Images in each set. None: as many as the concept has, but no more than half of
    the random images, so that the sets differ."""

    held_out_share: float = 1 / 3
    """Share of the images of both sides that a test of accuracy leaves out."""

    l2_weight: float = 0.01
    """Of half the squared norm of the weights, beside the mean logistic loss. The
    activations are centred and divided by their root-mean-square length before."""

    min_accuracy: float = 0.7
    """Least mean accuracy on held-out images, the mean of both sides' own."""

    min_stability: float = 0.8
    """Least mean cosine between the directions of two random sets. Sets that share
    many images agree more: give several times as many random ones as a set holds."""

    keep_weak: bool = False
    """Keep a direction below these limits, marked as not passing."""

    canvas_px: int | None = None
    """Side of the pictures shown, pixels. None: 8/7 of what the network sees."""

    rng_seed: int = 0
    """Chooses the random sets and the held-out images."""

    def __post_init__(self) -> None:
        if self.n_random_sets < 2:
            raise ConfigError(
                f"n_random_sets must be at least 2; got {self.n_random_sets}"
            )
        if self.random_set_size is not None and self.random_set_size < MIN_IMAGES:
            raise ConfigError(
                f"random_set_size must be at least {MIN_IMAGES}; "
                f"got {self.random_set_size}"
            )
        if not 0 < self.held_out_share < 1:
            raise ConfigError(
                f"held_out_share must lie between 0 and 1; got {self.held_out_share}"
            )
        if not 0 < self.l2_weight < float("inf"):
            raise ConfigError(f"l2_weight must be above 0; got {self.l2_weight}")
        if not 0 <= self.min_accuracy <= 1:
            raise ConfigError(
                f"min_accuracy must lie in 0 to 1; got {self.min_accuracy}"
            )
        if not -1 <= self.min_stability <= 1:
            raise ConfigError(
                f"min_stability must lie in -1 to 1; got {self.min_stability}"
            )

    def set_size(self, n_concept: int, n_random: int) -> int:
        """Images in each random set.

        Raises:
            DirectionError: too few images of either kind.
        """
        size = self.random_set_size or min(n_concept, n_random // 2)
        if n_concept < MIN_IMAGES or size < MIN_IMAGES:
            raise DirectionError(
                f"a concept needs at least {MIN_IMAGES} photographs and "
                f"{2 * MIN_IMAGES} random ones; got {n_concept} and {n_random}"
            )
        if size >= n_random:
            raise DirectionError(
                f"random sets of {size} photographs cannot differ among {n_random}; "
                "give more random photographs or a smaller random_set_size"
            )
        return size


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Cav:
    """A concept's direction and how far it can be trusted."""

    vector: NDArray[np.float64]
    """(C,) unit vector, pointing towards the concept."""

    held_out_accuracy: float
    """0 to 1; 0.5 is chance. Mean over the random sets."""

    stability: float
    """Mean cosine between the directions of two random sets, -1 to 1."""


def fit_cav(
    concept: NDArray[np.float64],
    random: NDArray[np.float64],
    config: CavConfig,
    rng: np.random.Generator,
) -> Cav:
    """Fit a concept against many random sets.

    Each set is fitted twice: on a part of the images, for the accuracy on the others,
    and on all of them, for the direction. The mean of the directions is kept.

    Args:
        concept: (n, C) activations to images of the concept, mean over positions.
        random: (m, C) activations to other images, which the sets are drawn from.

    Raises:
        DirectionError: too few images, or activations that do not vary.
    """
    size = config.set_size(len(concept), len(random))
    accuracies, normals = [], []
    for _ in range(config.n_random_sets):
        drawn = random[rng.choice(len(random), size, replace=False)]
        accuracies.append(_held_out_accuracy(concept, drawn, config, rng))
        normals.append(_normal(concept, drawn, config.l2_weight)[0])
    directions = np.stack(normals)  # (S, C)
    mean = directions.mean(axis=0)
    return Cav(
        vector=mean / np.linalg.norm(mean),
        held_out_accuracy=float(np.mean(accuracies)),
        stability=mean_cosine(directions),
    )


def mean_cosine(directions: NDArray[np.float64]) -> float:
    """Mean cosine over all pairs of different rows of (S, C), each of unit norm."""
    n = len(directions)
    total = float(np.square(directions.sum(axis=0)).sum())  # over all pairs, also i = i
    return (total - n) / (n * (n - 1))


def _held_out_accuracy(
    concept: NDArray[np.float64],
    random: NDArray[np.float64],
    config: CavConfig,
    rng: np.random.Generator,
) -> float:
    """Mean of the shares of both sides' held-out images told right."""
    concept_fit, concept_test = _split(concept, config.held_out_share, rng)
    random_fit, random_test = _split(random, config.held_out_share, rng)
    normal, threshold = _normal(concept_fit, random_fit, config.l2_weight)
    hits = float((concept_test @ normal > threshold).mean())
    rejections = float((random_test @ normal <= threshold).mean())
    return (hits + rejections) / 2


def _split(
    rows: NDArray[np.float64], held_out_share: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows to fit on and rows to test on, at least one and two of them."""
    shuffled = rng.permutation(rows)
    n_test = min(max(1, round(len(rows) * held_out_share)), len(rows) - 2)
    return shuffled[n_test:], shuffled[:n_test]


def _normal(
    concept: NDArray[np.float64], random: NDArray[np.float64], l2_weight: float
) -> tuple[NDArray[np.float64], float]:
    """Unit normal of the boundary, pointing to the concept, and its threshold.

    A row x is told to be of the concept where x · normal > threshold.
    """
    rows = np.concatenate([concept, random])
    is_concept = np.arange(len(rows)) < len(concept)
    center = rows.mean(axis=0)
    scale = float(np.sqrt(np.square(rows - center).sum(axis=1).mean()))
    if not 0 < scale < np.inf:
        raise DirectionError(
            "the layer responds alike to every photograph, or not with numbers; "
            "choose another layer"
        )
    fit = LogisticRegression(
        C=1 / (l2_weight * len(rows)),  # scikit-learn sums the loss over the rows
        class_weight="balanced",
        tol=1e-8,
        max_iter=10_000,
    ).fit((rows - center) / scale, is_concept)
    weights = fit.coef_[0]  # (C,)
    length = float(np.linalg.norm(weights))
    if length == 0:
        raise DirectionError(
            "the mean activations of both sides agree; no direction tells them apart"
        )
    normal: NDArray[np.float64] = weights / length
    threshold = float(center @ normal) - float(fit.intercept_[0]) * scale / length
    return normal, threshold
