"""Which random effects each response has, arranged so that few are solved densely."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """Which random effects each response has: everything that weights cannot change."""

    outer_name: str
    inner_name: str | None
    """Term nested in the outer one. None: there is no such term."""

    rest_names: tuple[str, ...]
    outer: IntArray
    """(N,) level of the outer term."""

    inner: IntArray
    """(N,) level of the nested term; of the outer one where there is none."""

    outer_of_inner: IntArray
    """(I,) outer level that each nested level lies in."""

    rest: IntArray
    """(N, T) columns among the R levels of all other terms."""

    rest_starts: tuple[int, ...]
    """(T + 1,) first column of each other term, and R."""

    rest_rows: IntArray
    """(M, T) the distinct rows of `rest`."""

    rest_row_of: IntArray
    """(N,) which of them a response has."""

    cross: sparse.csr_array
    """(I, R) where a nested level meets another one; data unused."""

    cross_place: IntArray
    """(N * T,) place in the data of `cross`."""

    @property
    def n_rest(self) -> int:
        """R, columns of the dense block."""
        return self.rest_starts[-1]

    @property
    def names(self) -> tuple[str, ...]:
        """Terms in the order of the vectors of effects: nested, outer, others."""
        nested = () if self.inner_name is None else (self.inner_name,)
        return (*nested, self.outer_name, *self.rest_names)


def find_pattern(groups: Mapping[str, IntArray]) -> Pattern:
    """Choose the terms whose levels can be eliminated as diagonal blocks.

    Args:
        groups: term -> (N,) codes from 0 without gaps.

    Returns:
        The pattern that leaves the smallest dense block.
    """
    sizes = {name: int(codes.max()) + 1 for name, codes in groups.items()}
    pairs: list[tuple[int, str, str | None]] = [(sizes[n], n, None) for n in groups]
    for above in groups:
        pairs += [
            (sizes[above] + sizes[name], above, name)
            for name in groups
            if name != above and _is_nested(groups[name], groups[above])
        ]
    _, outer_name, inner_name = max(pairs, key=lambda pair: pair[0])
    people = groups[outer_name]
    inner = people if inner_name is None else groups[inner_name]
    rest_names = tuple(n for n in groups if n not in (outer_name, inner_name))
    starts = np.cumsum([0, *(sizes[name] for name in rest_names)])
    rest = np.empty((len(people), len(rest_names)), dtype=np.int64)
    for t, name in enumerate(rest_names):
        rest[:, t] = groups[name] + starts[t]
    cross, place = _cross_pattern(inner, rest, int(starts[-1]))
    rows, row_of = np.unique(rest, axis=0, return_inverse=True)
    outer_of_inner = np.zeros(int(inner.max()) + 1, dtype=np.int64)
    outer_of_inner[inner] = people
    return Pattern(
        outer_name=outer_name,
        inner_name=inner_name,
        rest_names=rest_names,
        outer=people,
        inner=inner,
        outer_of_inner=outer_of_inner,
        rest=rest,
        rest_starts=tuple(int(start) for start in starts),
        rest_rows=rows,
        rest_row_of=row_of.ravel(),
        cross=cross,
        cross_place=place,
    )


def _is_nested(inner: IntArray, outer: IntArray) -> bool:
    outer_of = np.zeros(int(inner.max()) + 1, dtype=np.int64)
    outer_of[inner] = outer
    return bool((outer_of[inner] == outer).all())


def _cross_pattern(
    inner: IntArray, rest: IntArray, n_rest: int
) -> tuple[sparse.csr_array, IntArray]:
    keys = (inner[:, None] * n_rest + rest).ravel()
    unique, place = np.unique(keys, return_inverse=True)
    width = max(n_rest, 1)
    row = unique // width
    starts = np.searchsorted(row, np.arange(int(inner.max()) + 2))
    shape = (int(inner.max()) + 1, width)
    content = (np.zeros(len(unique)), unique % width, starts)
    return sparse.csr_array(content, shape=shape), place.astype(np.int64).ravel()
