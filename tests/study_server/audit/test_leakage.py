"""1.12 and 1.13: each planted leak is found and named."""

from dataclasses import replace
from typing import Any

import pytest

from study_server.audit.leakage import find_leaks, hash_distance, tiles_of
from study_server.bundle import Bundle, read_bundle
from study_server.design.fit import check_fit
from study_server.errors import DefinitionError
from tests.study_server.bundle_fixture import write_bundle
from tests.study_server.study_fixture import tiny_definition

FEATURE = "logit:feature-1"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle whose pairs keep the rules of their strata."""
    folder = write_bundle(
        tmp_path_factory.mktemp("bundle"), n_features=2, n_pairs=4, n_tiles=4
    )
    return read_bundle(folder)


def planted(bundle: Bundle, stimulus_id: str, **changes: Any) -> Bundle:
    """The bundle with one stimulus changed."""
    stimulus = replace(bundle.stimuli[stimulus_id], **changes)
    return replace(bundle, stimuli={**bundle.stimuli, stimulus_id: stimulus})


def test_a_clean_bundle_has_no_leak(clean: Bundle) -> None:
    assert find_leaks(clean, ["logit:feature-0", FEATURE]) == []


@pytest.mark.parametrize(
    ("rule", "stratum"),
    [
        ("equal_bytes", "near"),
        ("hash_distance", "near"),
        ("stratum_far", "far"),
        ("stratum_within_class", "within_class"),
        ("order", "near"),
    ],
)
def test_a_planted_leak_is_found_and_named(
    clean: Bundle, rule: str, stratum: str
) -> None:
    pair = next(p for p in clean.pairs_of(FEATURE) if p.stratum == stratum)
    (feature,) = (f for f in clean.features if f.feature_id == FEATURE)
    tile = clean.stimuli[feature.natural[0]]
    near = f"{int(str(tile.perceptual_hash), 16) ^ 0b111:016x}"  # 3 bits away
    changes: dict[str, dict[str, Any]] = {
        "equal_bytes": {"sha256": tile.sha256},
        "hash_distance": {"perceptual_hash": near},
        "stratum_far": {"class_label": tile.class_label},
        "stratum_within_class": {"class_label": "elsewhere"},
        "order": {"activation_percentile": 1.0},
    }

    leaks = find_leaks(
        planted(clean, pair.high_stimulus_id, **changes[rule]), [FEATURE]
    )

    assert [(leak.feature_id, leak.query_pair_id, leak.rule) for leak in leaks] == [
        (FEATURE, pair.query_pair_id, rule)
    ]


def test_one_photograph_in_two_batches_of_references_is_found(clean: Bundle) -> None:
    """As an index stride in released selection code would leave it."""
    (feature,) = (f for f in clean.features if f.feature_id == FEATURE)
    first, last = feature.natural[0], feature.natural[-1]

    leaks = find_leaks(
        planted(clean, last, sha256=clean.stimuli[first].sha256), [FEATURE]
    )

    assert [(leak.feature_id, leak.rule) for leak in leaks] == [
        (FEATURE, "repeated_tile")
    ]


def measured(bundle: Bundle, changes: dict[tuple[str, str], float | None]) -> Bundle:
    """The bundle with every query of every feature 0.8 from every tile, but for some.

    None leaves a distance out.
    """
    features = []
    for feature in bundle.features:
        queries = [
            stimulus_id
            for pair in bundle.pairs_of(feature.feature_id)
            for stimulus_id in (pair.high_stimulus_id, pair.low_stimulus_id)
        ]
        table = {(q, tile): 0.8 for q in queries for tile in tiles_of(feature)}
        known: dict[tuple[str, str], float | None] = {
            **table,
            **{key: d for key, d in changes.items() if key in table},
        }
        distances = {key: d for key, d in known.items() if d is not None}
        features.append(replace(feature, query_distances=distances))
    return replace(bundle, features=tuple(features))


@pytest.mark.parametrize(
    ("distance", "words"),
    [(0.29, "lie 0.29 apart; at least 0.3 is asked for"), (None, "do not say how far")],
)
def test_a_query_too_near_to_a_tile_in_perception_is_found(
    clean: Bundle, distance: float | None, words: str
) -> None:
    """1.12: below the definition's threshold, or not measured at all."""
    pair = clean.pairs_of(FEATURE)[1]
    (feature,) = (f for f in clean.features if f.feature_id == FEATURE)
    near = (pair.low_stimulus_id, feature.accentuations[0])
    names = ["logit:feature-0", FEATURE]

    (leak,) = find_leaks(measured(clean, {near: distance}), names, min_distance=0.3)

    assert (leak.feature_id, leak.query_pair_id) == (FEATURE, pair.query_pair_id)
    assert leak.rule == "perceptual_distance"
    assert words in leak.detail
    assert clean.stimuli[near[1]].file in leak.detail


def test_far_enough_in_perception_is_no_leak(clean: Bundle) -> None:
    names = [feature.feature_id for feature in clean.features]

    assert find_leaks(measured(clean, {}), names, min_distance=0.8) == []


def test_a_threshold_needs_a_bundle_that_says_how_far_queries_lie(
    clean: Bundle,
) -> None:
    definition = tiny_definition(
        design={
            "conditions": ["natural"],
            "practice_features": ["logit:feature-0"],
            "n_panel_tiles": 4,
            "min_perceptual_distance": 0.3,
        },
        practice={"n_trials": 1},
    )

    with pytest.raises(DefinitionError, match="has no query_distances: this bundle"):
        check_fit(definition, clean)
    check_fit(definition, measured(clean, {}))


def test_hash_distance_counts_bits() -> None:
    assert hash_distance("0" * 16, "f" * 16) == 64
    assert hash_distance("0" * 15 + "5", "0" * 16) == 2
