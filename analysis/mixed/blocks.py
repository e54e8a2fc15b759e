"""Linear algebra of crossed random intercepts, with the block structure used.

The matrix H = Z'WZ + diag(precisions) of a mixed logistic fit is solved in three
steps: the levels of one factor nested in another (a person's conditions) form a
diagonal block, so do the levels of that other factor (people) once the first are
eliminated, and what is left (features, features by condition, pairs) is small enough
for a dense Cholesky factor. Cost grows in proportion to the number of responses.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.linalg import cho_solve, cholesky, lapack

from analysis.intervals import FloatArray
from analysis.mixed.pattern import IntArray, Pattern

CHUNK = 4_096
"""Nested levels treated at a time; bounds the memory, changes no number."""


def sums_by(codes: IntArray, values: FloatArray, n_levels: int = 0) -> FloatArray:
    """Sum of the values of each level, (max(levels found, n_levels),)."""
    return np.bincount(codes, values, minlength=n_levels).astype(np.float64, copy=False)


class Effects(NamedTuple):
    """One number per level of every random term."""

    inner: FloatArray
    outer: FloatArray
    rest: FloatArray


class Variances(NamedTuple):
    """Diagonals of the inverse of H, and of Z times it times Z'."""

    levels: Effects
    responses: FloatArray
    """(N,)"""


class Factor:
    """H for one set of weights, factored."""

    def __init__(
        self,
        pattern: Pattern,
        weights: FloatArray,
        precisions: Mapping[str, float],
    ) -> None:
        """Factor H.

        Args:
            weights: (N,) positive.
            precisions: term -> 1 / variance.
        """
        p = self.pattern = pattern
        self.inner_sum = sums_by(p.inner, weights)
        if p.inner_name is None:
            self.inner_inverse = np.zeros_like(self.inner_sum)
            self.left = np.ones_like(self.inner_sum)
        else:
            diagonal = self.inner_sum + precisions[p.inner_name]
            self.inner_inverse = 1 / diagonal
            self.left = precisions[p.inner_name] * self.inner_inverse
        self.outer_diagonal = precisions[p.outer_name] + sums_by(
            p.outer_of_inner, self.inner_sum * self.left
        )
        self.cross = self._crossed(weights)
        self.outer_rest = self._outer_by_rest()
        self.root = cholesky(self._dense(weights, precisions), lower=True)

    def _crossed(self, weights: FloatArray) -> sparse.csr_array:
        p = self.pattern
        n_terms = p.rest.shape[1]
        data = sums_by(p.cross_place, np.repeat(weights, n_terms), p.cross.nnz)
        content = (data, p.cross.indices, p.cross.indptr)
        return sparse.csr_array(content, shape=p.cross.shape)

    def _outer_by_rest(self) -> FloatArray:
        """(P, R) outer rows after the nested levels are eliminated."""
        n_outer, width = len(self.outer_diagonal), self.cross.shape[1]
        row, column = self._cross_rows(), self.cross.indices
        place = self.pattern.outer_of_inner[row] * width + column
        flat = sums_by(place, self.cross.data * self.left[row], n_outer * width)
        return flat.reshape(n_outer, width)[:, : self.pattern.n_rest]

    def _cross_rows(self) -> IntArray:
        counts = np.diff(self.cross.indptr)
        return np.repeat(np.arange(len(counts), dtype=np.int64), counts)

    def _dense(
        self, weights: FloatArray, precisions: Mapping[str, float]
    ) -> FloatArray:
        p, n = self.pattern, self.pattern.n_rest
        per_row = sums_by(p.rest_row_of, weights, len(p.rest_rows))
        dense = np.zeros((n, n))
        for s in range(len(p.rest_names)):
            for t in range(len(p.rest_names)):
                np.add.at(dense, (p.rest_rows[:, s], p.rest_rows[:, t]), per_row)
        for t, name in enumerate(p.rest_names):
            levels = np.arange(p.rest_starts[t], p.rest_starts[t + 1])
            dense[levels, levels] += precisions[name]
        if p.inner_name is not None and n:
            scaled = sparse.diags_array(np.sqrt(self.inner_inverse)) @ self.cross
            dense -= (scaled.T @ scaled).toarray()
        by_outer = self.outer_rest / np.sqrt(self.outer_diagonal)[:, None]
        left: FloatArray = dense - by_outer.T @ by_outer
        return left

    @property
    def log_determinant(self) -> float:
        """Of H."""
        inner = -np.log(self.inner_inverse).sum() if self.pattern.inner_name else 0.0
        dense = 2 * np.log(np.diag(self.root)).sum()
        return float(inner + np.log(self.outer_diagonal).sum() + dense)

    def solve(self, right: Effects) -> Effects:
        """The effects b with H b = right."""
        p = self.pattern
        passed = (1 - self.left) * right.inner if p.inner_name else 0 * right.inner
        outer_right = right.outer - sums_by(p.outer_of_inner, passed)
        from_inner = self.cross.T @ (self.inner_inverse * right.inner)
        from_outer = self.outer_rest.T @ (outer_right / self.outer_diagonal)
        rest_right = right.rest - from_inner[: p.n_rest] - from_outer
        rest = cho_solve((self.root, True), rest_right) if p.n_rest else right.rest
        outer = (outer_right - self.outer_rest @ rest) / self.outer_diagonal
        known = self.inner_sum * outer[p.outer_of_inner]
        if p.n_rest:
            known = known + self.cross @ rest
        return Effects(self.inner_inverse * (right.inner - known), outer, rest)

    def _rest_inverse(self) -> FloatArray:
        """(R, R) of the dense block; a third of the work of solving for the unit."""
        if not self.pattern.n_rest:
            return np.zeros((0, 0))
        lower, _ = lapack.dpotri(self.root, lower=True)
        strictly: FloatArray = np.tril(lower, -1)
        inverse: FloatArray = strictly + strictly.T + np.diag(np.diag(lower))
        return inverse

    def variances(self) -> Variances:
        """Diagonal of the inverse, per level and per response, given the data."""
        p = self.pattern
        inverse = self._rest_inverse()  # (R, R)
        by_outer = self.outer_rest @ inverse  # (P, R)
        quadratic = np.einsum("pr,pr->p", by_outer, self.outer_rest)
        outer = 1 / self.outer_diagonal + quadratic / self.outer_diagonal**2
        covariance = -by_outer / self.outer_diagonal[:, None]  # (P, R)
        own, met = self._inner_by_rest(inverse)
        shared = self._covariance_with_cross(covariance)
        ratio = 1 - self.left if p.inner_name else 0 * self.left
        g, o = self.inner_inverse, p.outer_of_inner
        inner = g + ratio**2 * outer[o] + 2 * ratio * g * shared + g**2 * own
        i, c = p.inner, self.left[p.inner]
        with_outer = covariance[p.outer[:, None], p.rest].sum(axis=1)
        rows = p.rest_rows
        among = inverse[rows[:, :, None], rows[:, None, :]].sum(axis=(1, 2))
        responses = (
            g[i]
            + c**2 * outer[p.outer]
            + 2 * c * (with_outer - g[i] * shared[i])
            + among[p.rest_row_of]
            - 2 * g[i] * met
            + g[i] ** 2 * own[i]
        )
        return Variances(Effects(inner, outer, np.diag(inverse).copy()), responses)

    def _covariance_with_cross(self, covariance: FloatArray) -> FloatArray:
        """(I,) covariance of a nested level's outer effect with what it meets."""
        row, column = self._cross_rows(), self.cross.indices
        met: FloatArray = self.cross.data
        if len(row):
            met = met * covariance[self.pattern.outer_of_inner[row], column]
        return sums_by(row, met, self.cross.shape[0])

    def _inner_by_rest(self, inverse: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Quadratic forms of nested levels, and what each response meets of them."""
        p, n_inner = self.pattern, self.cross.shape[0]
        own, met = np.zeros(n_inner), np.zeros(len(p.inner))
        if p.inner_name is None or not p.n_rest:
            return own, met
        order = np.argsort(p.inner, kind="stable")
        starts = np.searchsorted(p.inner[order], np.arange(0, n_inner + CHUNK, CHUNK))
        for k, start in enumerate(range(0, n_inner, CHUNK)):
            rows = self.cross[start : start + CHUNK]
            product = rows @ inverse  # (CHUNK, R)
            own[start : start + CHUNK] = rows.multiply(product).sum(axis=1)
            here = order[starts[k] : starts[k + 1]]
            met[here] = product[(p.inner[here] - start)[:, None], p.rest[here]].sum(1)
        return own, met
