"""Random numbers spread evenly: the same law for each, less chance in their mean.

Source: McKay, Beckman & Conover (1979), A comparison of three methods for selecting
    values of input variables in the analysis of output from a computer code.
"""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


class Stratified:
    """Draws as numpy's generator does, but one number from each n-th of the law.

    Every number by itself follows the law; rows of a result are paired at random
    (a Latin hypercube). Only what crops are drawn with is offered.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def uniform(
        self,
        low: float = 0.0,
        high: float = 1.0,
        size: int | tuple[int, int] = 1,
    ) -> Numbers:
        """Between `low` and `high`; strata along the last axis of `size`."""
        shape = (size,) if isinstance(size, int) else size
        strata = np.broadcast_to(np.arange(shape[-1]), shape)
        shuffled = self._rng.permuted(strata, axis=-1)
        share: Numbers = (shuffled + self._rng.random(shape)) / shape[-1]
        return low + (high - low) * share

    def normal(
        self, mean: float, sd: float, size: int | tuple[int, int] = 1
    ) -> Numbers:
        """Of that mean and standard deviation; strata along the last axis."""
        share = self.uniform(size=size)
        tiny = np.finfo(np.float64).tiny
        quantile = np.vectorize(NormalDist().inv_cdf, otypes=[np.float64])
        numbers: Numbers = mean + sd * quantile(np.maximum(share, tiny))
        return numbers
