"""A picture that may differ from its seed image inside a region only."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from generator.parameterization import Parameterization


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class InsideRegion:
    """region × P(z) + (1 − region) × seed image."""

    inner: Parameterization
    """P."""

    regions: Tensor
    """(B, H, W) in [0, 1]: 1 where the picture may change."""

    seed_images: Tensor
    """(B, 3, H, W) in [0, 1]."""

    def to_image(self, parameters: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1]; the seed image itself where the region is 0."""
        free = self.inner.to_image(parameters)
        share = self.regions[:, None].to(free)
        return self.seed_images.to(free) * (1 - share) + free * share

    def from_image(self, images: Tensor) -> Tensor:
        """Parameters that give these images inside the region."""
        return self.inner.from_image(images)

    def random(self, rngs: list[np.random.Generator]) -> Tensor:
        """Parameters of a noise image, shown inside the region."""
        return self.inner.random(rngs)
