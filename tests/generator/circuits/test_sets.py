"""Which photographs stand for a feature."""

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.circuits.config import CircuitConfig
from generator.circuits.making import unrelated_features
from generator.circuits.sets import PhotographSets, choose_sets
from generator.errors import ConfigError, PoolError

FEW = CircuitConfig(
    n_natural=4, n_other=4, n_seed_images=3, n_lower=3, n_held_out=6, rng_seed=1
)


def activations(n: int = 40, n_features: int = 3) -> NDArray[np.float32]:
    return np.random.default_rng(0).normal(size=(n, n_features)).astype(np.float32)


def chosen(
    shown: NDArray[np.float32],
    *,
    groups: NDArray[np.int64] | None = None,
    config: CircuitConfig = FEW,
) -> PhotographSets:
    names = tuple(f"unit:{i}" for i in range(shown.shape[1]))
    own = np.arange(len(shown)) if groups is None else groups
    return choose_sets(shown, names, own, config)


def test_the_sets_of_a_feature_share_no_photograph() -> None:
    sets = chosen(activations())

    for own in sets.features:
        parts = [own.natural, own.held_out, sets.seed_images]
        together = np.concatenate(parts)
        assert len(set(together)) == len(together)
        assert not set(own.other) & set(own.natural)
        for lower in own.lower.values():
            assert not set(lower) & (set(own.natural) | set(sets.seed_images))


def test_the_strongest_photographs_stand_for_a_feature() -> None:
    shown = activations()
    sets = chosen(shown)

    for column, own in zip(shown.T, sets.features, strict=True):
        rest = np.setdiff1d(np.arange(len(shown)), sets.seed_images)
        assert set(own.natural) == set(rest[np.argsort(-column[rest])[:4]])
        assert own.level == pytest.approx(np.percentile(column, 99.9))
        assert own.activation_range == pytest.approx(column.max() - column.min())


def test_seed_images_come_from_the_half_no_feature_prefers() -> None:
    shown = activations()
    shown[7] = 9.0

    assert all(7 not in chosen(shown).seed_images for _ in range(3))


def test_only_the_first_of_photographs_that_look_alike_takes_part() -> None:
    groups = np.arange(40) // 2 * 2
    sets = chosen(activations(), groups=groups)

    every = [sets.seed_images]
    every += [p for own in sets.features for p in (own.natural, own.other)]
    assert all(position % 2 == 0 for positions in every for position in positions)


def test_floor_photographs_come_from_every_other_feature() -> None:
    shown = activations()
    sets = chosen(shown)

    others = set(sets.features[0].other)
    assert others & set(sets.features[1].natural)
    assert others & set(sets.features[2].natural)


def test_too_few_photographs_are_refused() -> None:
    with pytest.raises(PoolError, match="12 different photographs are too few"):
        chosen(activations(12))


def test_every_feature_that_sleeps_is_refused_by_name() -> None:
    shown = activations()
    shown[:, 1:] = 0
    shown[3, 1:] = 1

    with pytest.raises(PoolError, match="unit:1: only 1 photo") as refused:
        chosen(shown)

    assert "unit:2: only" in str(refused.value)
    assert "unit:0" not in str(refused.value)


def test_features_that_like_the_same_photographs_have_no_floor() -> None:
    column = activations(n_features=1)

    with pytest.raises(PoolError, match="no floor"):
        chosen(np.concatenate([column, 2 * column], axis=1))


def test_the_unrelated_feature_goes_least_with_the_own() -> None:
    t = np.linspace(0, 2 * np.pi, 80, endpoint=False)
    shown = np.stack([np.sin(t), np.sin(t) + 0.1 * np.cos(t), np.cos(t)], axis=1)

    assert unrelated_features(shown.astype(np.float32)) == [2, 2, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_natural": 1}, "n_natural must be at least 3"),
        ({"level_percentile": 120.0}, "percentiles lie"),
        ({"match_tolerance": 0.0}, "between 0 and 1"),
        ({"kernel_fractions": (1.5,)}, "between 0 and 1"),
    ],
)
def test_settings_out_of_range_are_refused(
    change: dict[str, float], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        CircuitConfig(**change)  # type: ignore[arg-type]
