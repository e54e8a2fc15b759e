"""NMF and PCA of a table of activations."""

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.concepts.factorization import nmf, pca
from generator.errors import DirectionError


def sparse(rows: int, columns: int, *, rng_seed: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(rng_seed)
    return rng.exponential(size=(rows, columns)) * (rng.random((rows, columns)) < 0.4)


def unit_rows(table: NDArray[np.float64]) -> NDArray[np.float64]:
    rows: NDArray[np.float64] = table / np.linalg.norm(table, axis=1, keepdims=True)
    return rows


def normal_table() -> NDArray[np.float64]:
    rng = np.random.default_rng(5)
    return rng.standard_normal((300, 8)) * np.arange(1, 9) + 3


def test_nmf_finds_the_parts_of_a_planted_product() -> None:
    parts = sparse(4, 40, rng_seed=0)
    table = sparse(600, 4, rng_seed=1) @ parts

    factors = nmf(table, 4, rng_seed=0)

    cosines = factors.vectors @ unit_rows(parts).T
    assert sorted(cosines.argmax(axis=1)) == [0, 1, 2, 3]
    assert cosines.max(axis=1).min() > 0.999
    assert factors.explained_variance > 0.999
    assert factors.has_converged


def test_nmf_gives_unit_vectors_without_negative_entries_largest_first() -> None:
    factors = nmf(np.abs(normal_table()), 5, rng_seed=0)

    assert np.linalg.norm(factors.vectors, axis=1) == pytest.approx(np.ones(5))
    assert factors.vectors.min() >= 0
    assert np.all(np.diff(factors.shares) <= 0)


def test_nmf_of_one_part_explains_what_its_residual_leaves() -> None:
    # (1, 0), (0, 1), (1, 1), (2, 2): the best single part is (1, 1) / √2 by symmetry.
    # Residual 1/2 + 1/2; about the means (1, 1) the squares sum to 1 + 1 + 0 + 2.
    table = np.array([[1.0, 0], [0, 1], [1, 1], [2, 2]])

    factors = nmf(table, 1, rng_seed=0)

    assert factors.vectors[0] == pytest.approx([0.5**0.5, 0.5**0.5], abs=1e-3)
    assert factors.explained_variance == pytest.approx(1 - 1 / 4, abs=1e-3)
    assert factors.shares[0] == pytest.approx(11 / 12, abs=1e-3)  # 12 = all squares


def test_nmf_does_not_depend_on_the_unit_of_the_activations() -> None:
    table = sparse(200, 4, rng_seed=1) @ sparse(4, 20, rng_seed=0)

    one, thousand = nmf(table, 4, rng_seed=0), nmf(1000 * table, 4, rng_seed=0)

    assert np.allclose(one.vectors, thousand.vectors, atol=1e-6)
    assert one.explained_variance == pytest.approx(thousand.explained_variance)


def test_nmf_refuses_negative_activations_with_a_remedy() -> None:
    with pytest.raises(DirectionError, match=r"after a ReLU.*--rectify.*PCA"):
        nmf(normal_table(), 2, rng_seed=0)


def test_nmf_that_stops_early_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.concepts.factorization._MAX_ITERATIONS", 2)

    assert not nmf(np.abs(normal_table()), 5, rng_seed=0).has_converged


def test_nmf_refuses_parts_that_nothing_uses() -> None:
    table = np.outer(np.arange(1.0, 6), np.ones(3))

    with pytest.raises(DirectionError, match=r"2 of 3 components.*lower the rank"):
        nmf(table, 3, rng_seed=0)


def test_pca_agrees_with_the_singular_vectors() -> None:
    table = normal_table()
    _, values, vectors = np.linalg.svd(table - table.mean(axis=0), full_matrices=False)

    factors = pca(table, 5)

    assert np.abs((factors.vectors * vectors[:5]).sum(axis=1)) == pytest.approx(
        np.ones(5)
    )
    shares = values**2 / np.square(values).sum()
    assert factors.shares == pytest.approx(shares[:5])
    assert factors.explained_variance == pytest.approx(shares[:5].sum())


def test_the_largest_entry_of_each_principal_component_is_positive() -> None:
    for table in (normal_table(), -normal_table(), normal_table()[::-1]):
        vectors = pca(table, 8).vectors

        assert (vectors[np.arange(8), np.abs(vectors).argmax(axis=1)] > 0).all()


def test_a_mirrored_table_has_the_same_principal_components() -> None:
    assert np.allclose(pca(normal_table(), 4).vectors, pca(-normal_table(), 4).vectors)


def test_pca_refuses_components_beyond_what_varies() -> None:
    table = np.zeros((20, 5))
    table[:, :2] = np.random.default_rng(0).standard_normal((20, 2))

    with pytest.raises(DirectionError, match="vary in 2 dimensions only; got rank 3"):
        pca(table, 3)


@pytest.mark.parametrize("rank", [0, 4])
def test_a_rank_beyond_the_table_is_refused(rank: int) -> None:
    table = np.abs(np.random.default_rng(0).standard_normal((10, 3)))

    with pytest.raises(DirectionError, match=f"1 to 3.*got {rank}"):
        nmf(table, rank, rng_seed=0)
    with pytest.raises(DirectionError, match=f"1 to 3.*got {rank}"):
        pca(table, rank)


def test_activations_that_say_nothing_are_refused() -> None:
    unknown = np.array([[1.0, np.nan], [2.0, 1.0]])

    with pytest.raises(DirectionError, match="responds alike"):
        nmf(np.ones((5, 3)), 1, rng_seed=0)
    with pytest.raises(DirectionError, match="not finite"):
        pca(unknown, 1)
