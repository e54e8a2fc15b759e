import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study_server.design.assignment import (
    assign_cell,
    condition_index,
    williams_sequences,
)


@pytest.mark.parametrize(("n_conditions", "n_times"), [(2, 1), (3, 2), (4, 1), (5, 2)])
def test_each_ordered_pair_of_neighbours_occurs_equally_often(
    n_conditions: int, n_times: int
) -> None:
    neighbours = Counter(
        pair for row in williams_sequences(n_conditions) for pair in pairwise(row)
    )

    assert len(neighbours) == n_conditions * (n_conditions - 1)
    assert set(neighbours.values()) == {n_times}


def test_sequences_are_the_published_ones(shared_data: Path) -> None:
    content = json.loads((shared_data / "reference_cases.json").read_text())

    for case in content["groups"]["williams_squares"]["cases"]:
        found = williams_sequences(case["inputs"]["n_conditions"])
        assert [list(row) for row in found] == case["expected"]["sequences"]


@pytest.mark.parametrize("n_conditions", [1, 2, 3, 4, 5, 6, 7])
def test_each_condition_stands_equally_often_at_each_position(
    n_conditions: int,
) -> None:
    rows = williams_sequences(n_conditions)

    for position in zip(*rows, strict=True):
        assert len(set(Counter(position).values())) == 1
        assert set(position) == set(range(n_conditions))


def test_slots_fill_all_combinations_as_the_design_promises() -> None:
    """K = 5 with 4 pairs: 20 slots list x pair, 50 list x sequence, 200 all."""
    cells = [assign_cell(n, n_conditions=5, n_query_pairs=4) for n in range(200)]

    assert len({(c.list_index, c.pair_offset) for c in cells[:20]}) == 20
    assert len({(c.list_index, c.sequence_index) for c in cells[:50]}) == 50
    assert len(set(cells)) == 200


@given(n_sets=st.integers(1, 8))
def test_lists_are_a_latin_square(n_sets: int) -> None:
    square = [
        [condition_index(s, list_index=row, n_conditions=n_sets) for s in range(n_sets)]
        for row in range(n_sets)
    ]

    for line in (*square, *zip(*square, strict=True)):
        assert sorted(line) == list(range(n_sets))
