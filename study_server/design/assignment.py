"""Which list, order and pairs a slot gets, so that all combinations fill evenly."""

from math import lcm
from typing import NamedTuple


class Cell(NamedTuple):
    """What a slot's place in the counterbalancing decides."""

    list_index: int
    """Rotates which set of features meets which condition."""

    sequence_index: int
    """Row of the Williams square: the order of the conditions."""

    pair_offset: int
    """Rotates which query pair of a feature is shown."""


def williams_sequences(n_conditions: int) -> tuple[tuple[int, ...], ...]:
    """Orders in which every ordered pair of neighbours occurs equally often.

    Returns:
        K sequences for even K (each neighbour pair once), 2 K for odd K (twice); in
        both each condition stands equally often at each position. One for K = 1.

    Source: Williams (1949), Experimental designs balanced for the estimation of
        residual effects of treatments.
    """
    if n_conditions == 1:
        return ((0,),)
    low, high = iter(range(n_conditions)), iter(range(n_conditions - 1, -1, -1))
    first = [next(low)]
    while len(first) < n_conditions:  # 0, 1, K-1, 2, K-2, …
        first.append(next(low) if len(first) % 2 else next(high))
    rows = tuple(
        tuple((start + step) % n_conditions for start in first)
        for step in range(n_conditions)
    )
    return rows if n_conditions % 2 == 0 else rows + tuple(row[::-1] for row in rows)


def assign_cell(slot_index: int, *, n_conditions: int, n_query_pairs: int) -> Cell:
    """The cell of a slot, counted from 0.

    Consecutive slots go through the lists, then the pair offsets and sequences; after
    a full cycle every list, sequence and offset has met every other equally often.
    """
    n_sequences = len(williams_sequences(n_conditions))
    batch, list_index = divmod(slot_index, n_conditions)
    cycle = lcm(n_query_pairs, n_sequences)
    return Cell(
        list_index=list_index,
        sequence_index=(batch + batch // cycle) % n_sequences,
        pair_offset=batch % n_query_pairs,
    )


def condition_index(set_index: int, *, list_index: int, n_conditions: int) -> int:
    """The condition a set of features has in a list: a Latin square."""
    return (set_index + list_index) % n_conditions
