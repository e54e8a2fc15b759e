"""Similarities of attribution vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from generator.circuits.laws import check_laws
from generator.circuits.similarity import (
    SIMILARITIES,
    Floats,
    SimilarityName,
    average_ranks,
    paired_similarity,
    similarity_matrix,
)

VECTORS = arrays(np.float64, (3, 6), elements=st.integers(-9, 9).map(float))


def between(one: list[float], other: list[float], name: SimilarityName) -> float:
    return float(similarity_matrix(np.array([one]), np.array([other]), name)[0, 0])


def test_similarities_of_short_vectors_are_those_worked_out_by_hand() -> None:
    # Deviations (-1, 0, 1) and (-1, 1, 0): 1 / 2. Ranks are the values themselves.
    assert between([1, 2, 3], [1, 3, 2], "pearson") == pytest.approx(0.5)
    assert between([1, 2, 3], [1, 3, 2], "spearman") == pytest.approx(0.5)
    assert between([1, 2, 3], [1, 3, 2], "cosine") == pytest.approx(13 / 14)
    assert between([1, 2, 9], [1, 2, 3], "spearman") == pytest.approx(1)
    assert between([1, 0], [-1, 0], "cosine") == pytest.approx(-1)


def test_equal_values_share_their_mean_rank() -> None:
    ranks = average_ranks(np.array([[3.0, 1.0, 3.0, 2.0], [5.0, 5.0, 5.0, 5.0]]))

    assert ranks.tolist() == [[3.5, 1, 3.5, 2], [2.5, 2.5, 2.5, 2.5]]


@given(VECTORS, st.floats(0.01, 100))
@pytest.mark.parametrize("name", SIMILARITIES)
def test_a_vector_equals_itself_and_its_multiples(
    name: SimilarityName, vectors: Floats, factor: float
) -> None:
    plain = similarity_matrix(vectors, vectors, name)
    scaled = similarity_matrix(factor * vectors, vectors, name)
    own = np.diagonal(plain)

    np.testing.assert_allclose(own[np.isfinite(own)], 1, atol=1e-12)
    np.testing.assert_allclose(scaled, plain, atol=1e-9)
    np.testing.assert_allclose(plain, plain.T, atol=1e-12)


@given(VECTORS)
@pytest.mark.parametrize("name", SIMILARITIES)
def test_pairs_are_the_diagonal_of_the_matrix(
    name: SimilarityName, vectors: Floats
) -> None:
    others = vectors[::-1]

    pairs = paired_similarity(vectors, others, name)

    whole = similarity_matrix(vectors, others, name)
    np.testing.assert_allclose(pairs, np.diagonal(whole), atol=1e-12)


def test_a_vector_without_direction_has_no_similarity() -> None:
    assert np.isnan(between([2, 2, 2], [1, 2, 3], "pearson"))
    assert np.isnan(between([2, 2, 2], [1, 2, 3], "spearman"))
    assert np.isfinite(between([2, 2, 2], [1, 2, 3], "cosine"))
    assert np.isnan(between([0, 0, 0], [1, 2, 3], "cosine"))


def test_the_laws_hold_on_vectors_that_share_a_pattern() -> None:
    rng = np.random.default_rng(0)
    sums = rng.normal(size=64) + 0.3 * rng.normal(size=(10, 64))

    laws = check_laws(sums, rng)

    assert similarity_matrix(sums, sums, "pearson").min() > 0.7
    assert laws.identity_error < 1e-12
    assert laws.scale_error < 1e-12
    assert abs(laws.shuffled_similarity) < 0.05
