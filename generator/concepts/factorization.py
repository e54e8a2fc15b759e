"""Directions that many activations are made of: NMF and PCA.

Source: for NMF of activations, Olah et al. (2018), The Building Blocks of
    Interpretability, https://distill.pub/2018/building-blocks, and Fel et al. (2023),
    CRAFT, https://arxiv.org/abs/2211.10154.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import NMF, PCA
from sklearn.exceptions import ConvergenceWarning

from generator.errors import DirectionError

_MAX_ITERATIONS = 500
_TOLERANCE = 1e-4
"""Where NMF stops: the projected gradient relative to that at the start."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Factors:
    """The components of a table of activations, the largest first."""

    vectors: NDArray[np.float64]
    """(K, C), each of unit norm."""

    shares: NDArray[np.float64]
    """(K,) what each component alone is worth, 0 to 1. PCA: its share of the variance.
    NMF: its squared norm relative to the table's; these overlap, and need not add up.
    """

    explained_variance: float
    """Share of the variance about the channels' means that all components explain:
    1 - residual / variance. At most 1; NMF fits no means and may fall below 0."""

    has_converged: bool
    """False: the fit stopped at its limit of iterations."""


def nmf(table: NDArray[np.float64], rank: int, *, rng_seed: int) -> Factors:
    """Non-negative factors: table ≈ U V, the rows of V made unit vectors.

    Args:
        table: (N, C), no value below 0.
        rank: components, from 1 to the smaller side of the table.
        rng_seed: of the randomized start (NNDSVD with zeros filled by the mean).

    Raises:
        DirectionError: negative values, a rank out of range, or a component left
            without any activation.
    """
    _check_table(table, rank)
    if table.min() < 0:
        share = float((table < 0).mean())
        raise DirectionError(
            "NMF needs activations that are never negative; "
            f"{share:.1%} of these are. Choose a layer after a ReLU, set negative "
            "values to 0 (--rectify), or use PCA."
        )
    scaled = table / np.sqrt(np.square(table).mean())  # one tolerance fits all
    model = NMF(
        n_components=rank,
        init="nndsvda",
        tol=_TOLERANCE,
        max_iter=_MAX_ITERATIONS,
        random_state=rng_seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # reported in the result
        loadings = model.fit_transform(scaled)  # (N, K)
    parts = model.components_  # (K, C)
    lengths = np.linalg.norm(parts, axis=1)  # (K,)
    energies = np.square(np.linalg.norm(loadings, axis=0) * lengths)  # (K,)
    if not (energies > 0).all():
        raise DirectionError(
            f"only {int((energies > 0).sum())} of {rank} components are used by any "
            "activation; lower the rank"
        )
    order = np.argsort(-energies, kind="stable")
    residual = _energy(scaled - loadings @ parts)
    return Factors(
        vectors=(parts / lengths[:, None])[order],
        shares=(energies / _energy(scaled))[order],
        explained_variance=1 - residual / _energy(scaled - scaled.mean(axis=0)),
        has_converged=bool(model.n_iter_ < _MAX_ITERATIONS),
    )


def pca(table: NDArray[np.float64], rank: int) -> Factors:
    """Principal components by variance. The largest entry of each is positive.

    Args:
        table: (N, C).
        rank: components, from 1 to the smaller side of the table.

    Raises:
        DirectionError: a rank out of range, or beyond the dimensions that vary.
    """
    _check_table(table, rank)
    n_varying = int(np.linalg.matrix_rank(table - table.mean(axis=0)))
    if rank > n_varying:
        raise DirectionError(
            f"the activations vary in {n_varying} dimensions only; got rank {rank}"
        )
    model = PCA(n_components=rank, svd_solver="full").fit(table)
    parts = model.components_  # (K, C)
    leading = np.take_along_axis(parts, np.abs(parts).argmax(axis=1)[:, None], axis=1)
    return Factors(
        vectors=parts * np.sign(leading),
        shares=model.explained_variance_ratio_,
        explained_variance=float(model.explained_variance_ratio_.sum()),
        has_converged=True,
    )


def _check_table(table: NDArray[np.float64], rank: int) -> None:
    largest = min(table.shape)
    if not 1 <= rank <= largest:
        raise DirectionError(
            f"the rank must lie in 1 to {largest}, the smaller side of the table of "
            f"{table.shape[0]} activations x {table.shape[1]} channels; got {rank}"
        )
    if not np.isfinite(table).all():
        raise DirectionError("the layer gives values that are not finite numbers")
    if (table == table[0]).all():
        raise DirectionError(
            "the layer responds alike everywhere to every photograph; choose another"
        )


def _energy(table: NDArray[np.float64]) -> float:
    return float(np.square(table).sum())
