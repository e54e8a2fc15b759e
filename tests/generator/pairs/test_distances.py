"""How far pictures lie from each other inside a network (1.12)."""

import numpy as np
import pytest

from generator.pairs.distances import cosine_distances, distance_layer, embed
from tests.generator.tiny_world import make_network


def pictures(n: int) -> list[np.ndarray]:
    rng = np.random.default_rng(4)
    return list(rng.integers(0, 256, (n, 20, 20, 3), dtype=np.uint8))


def test_distances_are_taken_at_the_deepest_layer_that_knows_places() -> None:
    # Convolution, SiLU, convolution; then one mean for each channel.
    assert distance_layer(make_network()) == "2"


def test_a_picture_lies_nowhere_but_where_it_is() -> None:
    rows = embed(make_network(), pictures(3), "2")

    distances = cosine_distances(rows, rows)

    assert rows.shape == (3, 6)
    assert np.diag(distances) == pytest.approx(0, abs=1e-12)
    assert distances == pytest.approx(distances.T)
    assert (distances[np.triu_indices(3, 1)] > 1e-6).all()


def test_distances_are_those_of_directions() -> None:
    queries = np.array([[1.0, 0.0], [0.0, 0.0]])
    tiles = np.array([[0.6, 0.8], [-1.0, 0.0], [0.0, 1.0]])

    distances = cosine_distances(queries, tiles)

    assert distances == pytest.approx(np.array([[0.4, 2.0, 1.0], [1.0, 1.0, 1.0]]))
