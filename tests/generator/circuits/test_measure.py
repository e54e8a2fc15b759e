"""One feature measured on a network whose circuits are known."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from generator.circuits.measure import Measured, measure
from generator.circuits.rows import TOP, CoherenceRow, KindRow
from generator.circuits.similarity import SIMILARITIES
from tests.generator.circuits.two_paths import case, shown, two_path_network


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure(two_path_network(), case())


def rows(
    measured: Measured, kind: str, *, layer: str = "act1", reference: str = TOP
) -> list[CoherenceRow]:
    return [
        row
        for row in measured.rows
        if (row.kind, row.layer, row.reference, row.similarity)
        == (kind, layer, reference, "pearson")
    ]


def kind_row(measured: Measured, kind: str) -> KindRow:
    (row,) = [
        row
        for row in measured.kinds
        if (row.kind, row.layer, row.similarity) == (kind, "act1", "pearson")
    ]
    return row


@pytest.mark.parametrize("layer", ["act1", "act2"])
def test_pictures_on_the_photographs_path_score_1_and_others_do_not(
    measured: Measured, layer: str
) -> None:
    natural, accentuation, adversarial = (
        np.array([row.score for row in rows(measured, kind, layer=layer)])
        for kind in ("natural", "accentuation", "adversarial")
    )

    assert natural.mean() == pytest.approx(1)  # the ceiling, by definition
    assert accentuation == pytest.approx(np.ones(3), abs=0.05)
    assert (adversarial < 0.1).all()


def test_adversarial_pictures_are_told_from_photographs(measured: Measured) -> None:
    assert kind_row(measured, "adversarial").auc_natural_above == 1
    assert kind_row(measured, "natural").auc_natural_above == 0.5


def test_a_seed_image_is_on_its_own_path_and_its_accentuation_left_it(
    measured: Measured,
) -> None:
    for row in rows(measured, "seed_image"):
        assert row.similarity_to_seed_image == pytest.approx(1)
        assert row.full_similarity_to_seed_image == pytest.approx(1)
        assert row.score < 0.1
    for row in rows(measured, "accentuation"):
        assert row.similarity_to_seed_image < 0.1
        assert row.full_similarity_to_seed_image < 0.1


def test_photographs_have_no_seed_image(measured: Measured) -> None:
    assert all(np.isnan(r.similarity_to_seed_image) for r in rows(measured, "natural"))


def test_photographs_of_lower_activation_are_a_reference_of_their_own(
    measured: Measured,
) -> None:
    lower = rows(measured, "accentuation", reference="percentile_50")

    assert len(lower) == 3
    assert all(row.score > 0.9 for row in lower)
    assert {row.ceiling for row in lower} == {measured.scales["act1"].ceiling}


def test_alike_pictures_are_not_dispersed(measured: Measured) -> None:
    assert kind_row(measured, "accentuation").dispersion < 0.05


def test_every_similarity_is_measured(measured: Measured) -> None:
    assert {row.similarity for row in measured.rows} == set(SIMILARITIES)


def test_the_same_case_gives_the_same_rows(measured: Measured) -> None:
    again = measure(two_path_network(), case())

    assert list(map(repr, again.rows)) == list(map(repr, measured.rows))


def test_no_score_when_the_others_use_the_same_path() -> None:
    plain = case()
    same = replace(plain, other=plain.pictures["accentuation"].images)

    found = measure(two_path_network(), same)

    assert not found.scales["act1"].is_defined
    assert all(np.isnan(row.score) for row in found.rows if row.layer == "act1")
    assert all(np.isfinite(row.coherence) for row in found.rows)


def test_pictures_that_missed_the_level_do_not_count_for_their_kind() -> None:
    plain = case()
    missed = replace(plain.pictures["adversarial"], is_matched=[False] * 3)
    changed = replace(plain, pictures={**plain.pictures, "adversarial": missed})

    found = measure(two_path_network(), changed)

    row = kind_row(found, "adversarial")
    assert (row.n_pictures, row.n_matched) == (3, 0)
    assert np.isnan(row.auc_natural_above)


def test_a_kind_without_pictures_has_no_rows() -> None:
    plain = case()
    nothing = shown(torch.empty(0, 3, 16, 16))
    changed = replace(plain, pictures={**plain.pictures, "adversarial": nothing})

    assert not rows(measure(two_path_network(), changed), "adversarial")


def test_a_missing_accentuation_does_not_shift_the_others() -> None:
    plain = case()
    whole = plain.pictures["accentuation"]
    fewer = replace(
        whole,
        images=whole.images[1:],
        names=whole.names[1:],
        starts=whole.starts[1:],
        activations=whole.activations[1:],
        is_matched=whole.is_matched[1:],
    )
    changed = replace(plain, pictures={**plain.pictures, "accentuation": fewer})

    found = rows(measure(two_path_network(), changed), "accentuation")

    expected = rows(measure(two_path_network(), plain), "accentuation")[1:]
    for one, other in zip(found, expected, strict=True):
        assert (one.start, one.picture) == (other.start, other.picture)
        assert one.coherence == pytest.approx(other.coherence)
        assert one.similarity_to_seed_image == pytest.approx(
            other.similarity_to_seed_image
        )
