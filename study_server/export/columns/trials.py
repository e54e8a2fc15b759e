"""trials.csv: one row per planned trial, also of those never shown."""

from study_server.export.column import Column
from study_server.export.columns.shared import (
    CORRECT_OPTION,
    PARTICIPANT_ID,
    SESSION_ID,
    TRIAL_ID,
    TRIAL_PLACE,
)

TRIALS = (
    TRIAL_ID,
    SESSION_ID,
    PARTICIPANT_ID,
    *TRIAL_PLACE,
    Column(
        name="target_stimulus_id",
        type="text",
        meaning="Query image that drives the feature more, as the bundle names it.",
    ),
    Column(
        name="distractor_stimulus_id",
        type="text",
        meaning="Query image that drives the feature less, as the bundle names it.",
    ),
    CORRECT_OPTION,
    Column(
        name="panel_stimulus_ids",
        type="text",
        meaning="Images of the panel in display order, joined by |.",
    ),
    Column(
        name="first_served_at",
        type="timestamp",
        meaning="When the trial was first due in a browser; missing if it never was.",
    ),
    Column(
        name="presentation_index",
        type="integer",
        meaning="Place in the order of presentation: trial_index, unless a trial was "
        "postponed.",
    ),
    Column(
        name="n_postponed",
        type="integer",
        range=(0, 1),
        meaning="Whether it was moved to the end of its block, an image missing.",
    ),
    Column(
        name="is_not_shown",
        type="boolean",
        meaning="Whether it was given up, an image missing once more.",
    ),
)
