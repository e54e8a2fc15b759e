"""How features respond to a pool of natural photographs, wherever that is kept.

Percentiles, z scores and natural ranges come only from here. No torch.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.errors import PoolError
from generator.exemplars.tiles import FeaturePool
from generator.features import Feature
from generator.file_hash import set_sha256
from generator.percentiles import (
    ADVISED_N_IMAGES,
    Beyond,
    NaturalRange,
    natural_range,
    percentile_of,
    value_at,
)
from generator.photograph_folder import Photograph


@dataclass(frozen=True, kw_only=True)
class NaturalActivations(ABC):
    """A pool of photographs, and where each feature's activations are found."""

    photographs: tuple[Photograph, ...]
    """Sorted by path, exact duplicates dropped."""

    features: tuple[Feature, ...]

    hashes: NDArray[np.uint64]
    """(n,) perceptual hashes of the canvas pictures."""

    groups: NDArray[np.int64]
    """(n,) duplicate group of each photograph."""

    @abstractmethod
    def column(self, feature: Feature) -> NDArray[np.float32]:
        """(n,) activations of one feature, means over positions."""

    @property
    def n_images(self) -> int:
        """Photographs that every percentile refers to."""
        return len(self.photographs)

    def percentile(self, feature: Feature, activation: float) -> float:
        """Share of the pool below an activation, ties one half, 0 to 100."""
        value = np.array([activation], dtype=np.float32)
        return float(percentile_of(value, self.column(feature))[0])

    def value_at(
        self, feature: Feature, percentile: float, *, beyond: Beyond = "refuse"
    ) -> float:
        """The activation at a percentile, 0 to 100: the inverse of `percentile`.

        Raises:
            PoolError: the pool is too small for it, or it lies among equal
                activations; names the feature.
        """
        try:
            return value_at(percentile, self.column(feature), beyond=beyond)
        except PoolError as error:
            raise PoolError(f"{feature}: {error}") from error

    def natural(self, feature: Feature) -> NaturalRange:
        """Mean, spread and extremes of a feature's activations."""
        return natural_range(self.column(feature))

    def z_score(self, feature: Feature, activation: float) -> float:
        """Natural standard deviations above the natural mean.

        Raises:
            PoolError: the feature is dead; names it.
        """
        try:
            return self.natural(feature).z_score(activation)
        except PoolError as error:
            raise PoolError(f"{feature}: {error}") from error

    def dead_features(self) -> tuple[Feature, ...]:
        """Features that every photograph drives to the same activation."""
        return tuple(f for f in self.features if self.natural(f).is_dead)

    def pool(self, feature: Feature) -> FeaturePool:
        """What selection needs to know of one feature."""
        return FeaturePool(
            feature_id=str(feature),
            activations=self.column(feature),
            class_labels=tuple(photo.class_label for photo in self.photographs),
            hashes=self.hashes,
            groups=self.groups,
        )

    def describe(self) -> dict[str, Any]:
        """The `pool` object of a manifest."""
        return {
            "n_images": self.n_images,
            "sha256": pool_sha256(self.photographs),
            "classes": class_counts(self.photographs),
        }

    def count_sentence(self) -> str:
        """The image count, said wherever percentiles are shown."""
        few = self.n_images < ADVISED_N_IMAGES
        advice = f" (fewer than the {ADVISED_N_IMAGES:,} advised)" if few else ""
        return f"percentiles are among {self.n_images:,} photographs{advice}"


def pool_sha256(photographs: Sequence[Photograph]) -> str:
    """SHA-256 of the photographs' own hashes, sorted, one per line."""
    return set_sha256(photograph.sha256 for photograph in photographs)


def class_counts(photographs: Sequence[Photograph]) -> dict[str, int]:
    """Photographs of each class; those of no class are left out."""
    labels = (photograph.class_label for photograph in photographs)
    return dict(sorted(Counter(label for label in labels if label is not None).items()))
