"""Ceiling, floor, coherence and score."""

import numpy as np
import pytest

from generator.circuits.coherence import (
    Scale,
    auc,
    coherence_with,
    leave_one_out,
    mean_of_pairs,
    scale_of,
)
from generator.circuits.similarity import Floats

NATURAL = np.array([[1.0, 0.8, 0.6], [0.8, 1.0, 0.7], [0.6, 0.7, 1.0]])
OTHER = np.array([[0.1, 0.2], [0.2, 0.1], [0.15, 0.15]])


def scale(natural: Floats = NATURAL, other: Floats = OTHER) -> Scale:
    return scale_of(natural, other, n_bootstrap=500, rng=np.random.default_rng(0))


def test_ceiling_and_floor_are_means_over_pairs_of_different_pictures() -> None:
    found = scale()

    assert found.ceiling == pytest.approx(0.7)  # (0.8 + 0.6 + 0.7) / 3
    assert found.floor == pytest.approx(0.15)
    assert found.gap_low <= 0.55 <= found.gap_high


def test_the_score_is_0_at_the_floor_and_1_at_the_ceiling() -> None:
    score = scale().score(np.array([0.15, 0.425, 0.7, 0.975]))

    np.testing.assert_allclose(score, [0, 0.5, 1, 1.5], atol=1e-12)


def test_no_score_where_ceiling_and_floor_cannot_be_told_apart() -> None:
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 0.3, (8, 8))
    natural = (noise + noise.T) / 2
    np.fill_diagonal(natural, 1.0)

    found = scale(natural, rng.normal(0, 0.3, (8, 8)))

    assert found.gap_low < 0
    assert not found.is_defined
    assert np.isnan(found.score(np.array([0.2, 0.9]))).all()


def test_no_score_where_every_picture_is_alike() -> None:
    found = scale(np.ones((4, 4)), np.ones((4, 3)))

    assert found.ceiling == found.floor == 1
    assert not found.is_defined


def test_a_photograph_drawn_twice_is_not_paired_with_itself() -> None:
    # Were it, resamples of pictures that share nothing would show a ceiling.
    found = scale(np.eye(5), np.zeros((5, 4)))

    assert found.gap_low == found.gap_high == 0


def test_unknown_similarities_take_no_part() -> None:
    natural = NATURAL.copy()
    natural[0, :] = natural[:, 0] = np.nan

    found = scale(natural, OTHER)

    assert found.ceiling == pytest.approx(0.7)
    assert leave_one_out(natural)[1:] == pytest.approx([0.7, 0.7])
    assert np.isnan(leave_one_out(natural)[0])
    assert coherence_with(np.array([[np.nan, 0.4]])) == pytest.approx([0.4])


def test_a_reference_photograph_is_compared_with_the_others() -> None:
    assert leave_one_out(NATURAL) == pytest.approx([0.7, 0.75, 0.65])
    assert leave_one_out(NATURAL).mean() == pytest.approx(scale().ceiling)


def test_the_mean_of_pairs_leaves_out_each_picture_with_itself() -> None:
    assert mean_of_pairs(NATURAL) == pytest.approx(0.7)
    assert np.isnan(mean_of_pairs(np.ones((1, 1))))


def test_auc_counts_pairs_in_order_and_ties_by_half() -> None:
    assert auc(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 1
    assert auc(np.array([1.0]), np.array([1.0])) == 0.5
    assert auc(np.array([1.0, 3.0]), np.array([2.0])) == 0.5
    assert np.isnan(auc(np.array([1.0]), np.array([np.nan])))
