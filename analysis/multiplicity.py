"""p values adjusted for being several."""

import numpy as np
import numpy.typing as npt

from analysis.intervals import FloatArray


def holm(p: npt.ArrayLike) -> FloatArray:
    """Step-down adjusted p values that control the family-wise error rate.

    Args:
        p: (M,) p values; NaN stays NaN and does not count in the family.

    Returns:
        (M,) in the order of the input: monotone in p, at most 1.

    Source: Holm (1979), A simple sequentially rejective multiple test procedure,
        Scand. J. Stat. 6, 65-70.
    """
    raw = np.asarray(p, dtype=np.float64)
    adjusted = np.full(raw.shape, np.nan)
    valid = np.flatnonzero(~np.isnan(raw))
    order = valid[np.argsort(raw[valid], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(raw[order] * factors), 1.0)
    return adjusted
