"""What machines that know no feature say of pictures (1.11)."""

import numpy as np
import pytest

from generator.pairs.looks import Picture, look_answers, looks_of


def gray(level: int = 100) -> Picture:
    return np.full((96, 96, 3), level, dtype=np.uint8)


def with_spot(row: int, column: int) -> Picture:
    """A gray picture with one light square of 8 pixels."""
    picture = gray()
    picture[row : row + 8, column : column + 8] = 200
    return picture


def test_a_flat_picture_is_salient_everywhere_alike() -> None:
    looks = looks_of(gray(51))

    assert looks["luminance"] == pytest.approx(0.2)  # 51 of 255
    assert looks["contrast"] == pytest.approx(0, abs=1e-12)
    assert looks["saliency"] == 1
    assert looks["centre"] == 0.25  # half of the rows, half of the columns


def test_contrast_is_the_spread_of_the_lightness() -> None:
    picture = gray(0)
    picture[:48] = 255

    assert looks_of(picture)["contrast"] == pytest.approx(0.5)


def test_one_spot_stands_out_wherever_it_is() -> None:
    middle, corner = looks_of(with_spot(44, 44)), looks_of(with_spot(4, 4))

    assert middle["saliency"] > 5
    assert corner["saliency"] > 5
    assert middle["centre"] > 0.5 > corner["centre"]


def test_an_answer_holds_both_scores_of_every_method() -> None:
    answers = look_answers(with_spot(44, 44), gray())

    assert [one["method"] for one in answers] == [
        "centre",
        "contrast",
        "luminance",
        "saliency",
    ]
    assert {one["condition"] for one in answers} == {None}
    assert answers[2]["high_score"] == looks_of(with_spot(44, 44))["luminance"]
    assert answers[2]["low_score"] == pytest.approx(100 / 255)
