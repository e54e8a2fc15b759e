"""1.11: machine answers for each pair and condition, worked out by hand."""

from dataclasses import replace
from typing import Any

from study_server.bundle import Bundle
from study_server.design.machine_choices import MachineChoice, machine_choices
from study_server.design.parts.design import DesignPart
from study_server.design.planned import PlanParts
from study_server.machine_answers import MachineAnswer
from tests.study_server.design.bundles import nominal_bundle

BRIGHT = MachineAnswer(
    method="luminance", condition=None, high_score=0.4, low_score=0.6
)
CLIP = MachineAnswer(method="clip", condition="natural", high_score=1, low_score=1)


def choices(bundle: Bundle, **design: Any) -> list[MachineChoice]:
    parts = PlanParts(
        design=DesignPart(
            **{
                "conditions": ("natural", "seed_only"),
                "practice_features": ("f0",),
                "features": ("f0",),
                "n_panel_tiles": 2,
                **design,
            }
        )
    )
    return list(machine_choices(parts, bundle))


def bundle_with(
    *answers: MachineAnswer, distances: dict[tuple[str, str], float] | None = None
) -> Bundle:
    """Two features of one pair each; the answers and distances are those of f0."""
    bundle = nominal_bundle(2, 1)
    first, second = bundle.features
    return replace(
        bundle,
        features=(replace(first, query_distances=distances or {}), second),
        query_pairs=(
            replace(bundle.query_pairs[0], machine_answers=answers),
            bundle.query_pairs[1],
        ),
    )


def test_a_method_that_sees_no_panel_answers_beside_each() -> None:
    found = choices(bundle_with(BRIGHT), none_after_slots=10)

    assert [(one.condition, one.n_panel_tiles) for one in found] == [
        ("natural", 2),
        ("seed_only", 2),
        ("none", 0),
    ]
    assert {one.method for one in found} == {"luminance"}
    assert [one.prefers_high for one in found] == [False, False, False]


def test_a_method_that_sees_a_panel_answers_beside_its_own() -> None:
    (found,) = choices(bundle_with(CLIP))

    assert (found.condition, found.method) == ("natural", "clip")
    assert found.prefers_high is None  # a tie


def test_similarity_is_the_mean_nearness_of_the_tiles_that_are_shown() -> None:
    distances = {
        ("f0-high-0", "f0-natural-0"): 0.2,
        ("f0-high-0", "f0-natural-1"): 0.4,
        ("f0-low-0", "f0-natural-0"): 0.6,
        ("f0-low-0", "f0-natural-1"): 0.2,
        # of a tile that a panel of two does not show
        ("f0-high-0", "f0-natural-2"): 2.0,
        ("f0-low-0", "f0-natural-2"): 0.0,
    }

    (found,) = choices(bundle_with(distances=distances))

    assert found[:5] == ("f0", "f0-pair-0", "natural", 2, "similarity")
    assert round(found.high_score, 12) == -0.3
    assert round(found.low_score, 12) == -0.4
    assert found.prefers_high is True


def test_a_second_panel_speaks_against_what_resembles_it() -> None:
    distances = {
        (query, tile): 0.5
        for query in ("f0-high-0", "f0-low-0")
        for tile in ("f0-natural-0", "f0-natural-1", "f0-minimal-1")
    }
    distances |= {("f0-high-0", "f0-minimal-0"): 0.1, ("f0-low-0", "f0-minimal-0"): 0.3}

    (found,) = choices(
        bundle_with(distances=distances),
        conditions=("natural",),
        has_negative_panel=True,
    )

    assert round(found.high_score, 12) == -0.2  # (0.1 + 0.5) / 2 - 0.5
    assert round(found.low_score, 12) == -0.1
    assert found.prefers_high is False


def test_a_study_of_covered_copies_asks_about_those() -> None:
    bundle = nominal_bundle(2, 1)
    first, second = bundle.features
    occlusion = replace(first.occlusions[0], machine_answers=(BRIGHT,))
    bundle = replace(bundle, features=(replace(first, occlusions=(occlusion,)), second))

    found = choices(bundle, task="occlusion")

    assert {one.query_pair_id for one in found} == {"f0-occlusion-0"}


def test_a_bundle_without_answers_and_distances_has_none() -> None:
    assert choices(nominal_bundle(2, 1)) == []
