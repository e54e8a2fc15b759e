"""What a displayed map shows, and how alike two maps are."""

import numpy as np
import pytest
import torch

from generator.attribution.agreement import rank_correlation
from generator.attribution.display import (
    AGAINST,
    FOR,
    display_map,
    display_signed,
    display_suffix,
)
from generator.attribution.figure import Cell, draw_figure
from generator.attribution.maps import attribute
from generator.attribution.settings import AttributionConfig
from generator.feature_text import parse_feature
from generator.photographs import from_picture, to_picture
from generator.search.opacity import display_opacity
from tests.generator.toy_network import picture, toy_network


def test_for_is_orange_against_is_blue_and_nothing_is_black() -> None:
    map_ = torch.zeros(4, 4)
    map_[0, 0], map_[3, 3] = 2.0, -1.0

    shown = display_signed(map_, clip_percent=0, blur_px=0)

    assert shown[:, 0, 0].tolist() == pytest.approx(list(FOR))
    assert shown[:, 3, 3].tolist() == pytest.approx([x / 2 for x in AGAINST])
    assert torch.all(shown[:, 1, 1] == 0)


def test_a_map_of_zeros_is_shown_black() -> None:
    shown = display_signed(torch.zeros(8, 8), clip_percent=5, blur_px=1)

    assert torch.all(shown == 0)


def test_maps_without_a_sign_are_displayed_as_the_opacity_map_is() -> None:
    (made,) = attribute(
        toy_network(), picture()[None], parse_feature("logit:dot"), ["gradient"]
    )
    config = AttributionConfig(clip_percent=10, blur_fraction=0.05)

    shown = display_map(made, config)

    opacity = display_opacity(made.on_canvas, clip_percent=10, blur_px=1.0)
    assert torch.equal(
        from_picture(shown), from_picture(to_picture(opacity.expand(3, -1, -1)))
    )


def test_the_name_of_a_displayed_file_says_what_was_done() -> None:
    config = AttributionConfig(clip_percent=5, blur_fraction=4 / 512)

    assert display_suffix(config, 256) == "p5.sd2px"


def test_rank_correlation_ignores_a_monotone_change() -> None:
    map_ = np.random.default_rng(0).normal(size=(6, 7)).astype(np.float32)

    assert rank_correlation(map_, np.exp(map_)) == pytest.approx(1)
    assert rank_correlation(map_, -map_) == pytest.approx(-1)


def test_rank_correlation_gives_equal_values_their_mean_rank() -> None:
    first = np.array([[1, 2, 2, 3]], dtype=np.float32)  # ranks 1, 2.5, 2.5, 4
    second = np.array([[1, 2, 3, 4]], dtype=np.float32)

    by_hand = 4.5 / (4.5 * 5) ** 0.5  # products 2.25 + 0 + 0 + 2.25
    assert rank_correlation(first, second) == pytest.approx(by_hand)


def test_rank_correlation_with_a_flat_map_is_undefined() -> None:
    flat = np.zeros((3, 3), dtype=np.float32)

    assert rank_correlation(flat, np.arange(9, dtype=np.float32).reshape(3, 3)) is None


def test_a_figure_enlarges_small_pictures_and_breaks_long_lines() -> None:
    small = to_picture(torch.zeros(3, 16, 16))
    rows = [[Cell(picture=small, note="note"), Cell(picture=None)]] * 2

    short = draw_figure(rows, titles=("one", "two"), footer=["word"])
    long = draw_figure(rows, titles=("one", "two"), footer=["word " * 60])

    assert short.width == long.width == 2 * (192 + 10) + 10
    assert long.height > short.height + 3 * 20
