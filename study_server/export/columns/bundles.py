"""stimuli.csv, query_pairs.csv, machine_answers.csv: what the study's bundles say."""

from study_server.bundle_kinds import KINDS
from study_server.export.column import Column
from study_server.export.columns.shared import (
    ACTIVATION_GAP,
    CONDITION,
    FEATURE_ID,
    N_PANEL_TILES,
    QUERY_PAIR_ID,
    STRATUM,
)

DIFFICULTY_WINDOWS = (85, 90, 95, 99, 100)
"""Percentiles that end a window, as in Zimmermann, Klein & Brendel (2023)."""

BUNDLE_ID = Column(
    name="bundle_id",
    type="text",
    formula_guard=True,
    meaning="The stimulus bundle that the images come from.",
)
STIMULI = (
    BUNDLE_ID,
    Column(
        name="stimulus_id",
        type="text",
        meaning="One image, as the bundle and the trials name it.",
    ),
    Column(
        name="kind",
        type="text",
        levels=tuple(sorted(KINDS)),
        meaning="What the image is: a photograph, or made in one of several ways.",
    ),
    FEATURE_ID,
    Column(
        name="seed_image_id",
        type="text",
        meaning="Seed image that it was made from; missing in other images.",
    ),
    Column(
        name="class_label",
        type="text",
        formula_guard=True,
        meaning="Class of the photograph, as its folder was called.",
    ),
    Column(
        name="perceptual_hash",
        type="text",
        meaning="64-bit difference hash, 16 hex digits.",
    ),
    Column(
        name="activation",
        type="number",
        meaning="How much the image drives its feature, in units of the network; "
        "missing where nothing was measured, as in the next three columns.",
    ),
    Column(
        name="activation_percentile",
        type="number",
        unit="percent",
        range=(0, 100),
        meaning="Share of the bundle's pool of photographs that drive the feature "
        "less, ties counting one half.",
    ),
    Column(
        name="activation_z",
        type="number",
        unit="standard deviations",
        meaning="Activation minus the pool's mean, over the pool's spread.",
    ),
    Column(
        name="activation_rank",
        type="integer",
        meaning="Place of a photograph in the pool, 1 the strongest.",
    ),
)
QUERY_PAIRS = (
    BUNDLE_ID,
    QUERY_PAIR_ID,
    FEATURE_ID,
    STRATUM,
    Column(
        name="high_stimulus_id",
        type="text",
        meaning="The image of the pair that drives the feature more.",
    ),
    Column(
        name="low_stimulus_id",
        type="text",
        meaning="The image of the pair that drives the feature less.",
    ),
    ACTIVATION_GAP,
    Column(
        name="difficulty_window",
        type="integer",
        unit="percent",
        range=(DIFFICULTY_WINDOWS[0], DIFFICULTY_WINDOWS[-1]),
        meaning="The first of the percentiles 85, 90, 95, 99 and 100 that the high "
        "image's own does not exceed.",
    ),
)
MACHINE_ANSWERS = (
    BUNDLE_ID,
    QUERY_PAIR_ID,
    FEATURE_ID,
    CONDITION,
    N_PANEL_TILES,
    Column(
        name="method",
        type="text",
        meaning="How a machine chose: similarity to the panel, or a method that the "
        "bundle brings.",
    ),
    Column(
        name="high_score",
        type="number",
        meaning="The method's score of the image that drives the feature more; it "
        "takes the larger score.",
    ),
    Column(
        name="low_score",
        type="number",
        meaning="The method's score of the other image of the pair.",
    ),
    Column(
        name="prefers_high",
        type="boolean",
        meaning="Whether the method takes the image that drives the feature more; "
        "missing at a tie.",
    ),
)
