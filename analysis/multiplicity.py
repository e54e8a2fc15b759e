"""p values adjusted for being several."""

import numpy as np
import numpy.typing as npt

from analysis.intervals import FloatArray

HOLM, GATEKEEPING = "holm", "gatekeeping"


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


def benjamini_hochberg(p: npt.ArrayLike) -> FloatArray:
    """Step-up adjusted p values that control the share of false discoveries.

    Args and Returns: as `holm`.

    Source: Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57, 289-300.
    """
    return _stepped_up(p, harmonic=False)


def benjamini_yekutieli(p: npt.ArrayLike) -> FloatArray:
    """The same under any dependence of the tests.

    Args and Returns: as `holm`.

    Source: Benjamini & Yekutieli (2001), Ann. Stat. 29, 1165-1188.
    """
    return _stepped_up(p, harmonic=True)


def _stepped_up(p: npt.ArrayLike, *, harmonic: bool) -> FloatArray:
    raw = np.asarray(p, dtype=np.float64)
    adjusted = np.full(raw.shape, np.nan)
    valid = np.flatnonzero(~np.isnan(raw))
    order = valid[np.argsort(raw[valid], kind="stable")]
    ranks = np.arange(1, len(order) + 1)
    factor = float((1 / ranks).sum()) if harmonic else 1.0
    scaled = raw[order] * len(order) * factor / ranks
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def adjust_family(p: FloatArray, correction: str) -> FloatArray:
    """p values of the family, adjusted as the plan says.

    Under gatekeeping the first keeps its p, and no other falls below it.

    Source: Holm (1979); Maurer, Hothorn & Lehmacher (1995) for fixed sequences.
    """
    if correction == HOLM or len(p) == 0:
        return holm(p)
    return np.concatenate([p[:1], np.maximum(holm(p[1:]), p[0])])
