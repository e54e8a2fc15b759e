"""Ways to write an image as parameters that an optimizer can change."""

from typing import Protocol

import numpy as np
from torch import Tensor


class Parameterization(Protocol):
    """Image ⇄ parameters, for a batch of B images. The first axis is the batch."""

    def to_image(self, parameters: Tensor) -> Tensor:
        """The images, (B, 3, H, W) in (0, 1)."""
        ...

    def from_image(self, images: Tensor) -> Tensor:
        """Parameters that give these images, (B, 3, H, W) in [0, 1]."""
        ...

    def random(self, rngs: list[np.random.Generator]) -> Tensor:
        """Parameters of one noise image for each generator."""
        ...
