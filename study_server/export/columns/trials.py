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
        meaning="Right option, or the photograph rated, as the bundle names it.",
    ),
    Column(
        name="distractor_stimulus_id",
        type="text",
        meaning="Other option, as the bundle names it; missing where one is rated.",
    ),
    CORRECT_OPTION,
    Column(
        name="option_stimulus_ids",
        type="text",
        meaning="The options in display order, joined by |.",
    ),
    Column(
        name="panel_stimulus_ids",
        type="text",
        meaning="Images of the panel in display order, joined by |; missing without "
        "a panel.",
    ),
    Column(
        name="negative_panel_stimulus_ids",
        type="text",
        meaning="Images of the second panel, of what the feature answers to least, "
        "joined by |; missing without one.",
    ),
    Column(
        name="reference_stimulus_id",
        type="text",
        meaning="Uncovered photograph of an occlusion trial, as the bundle names it.",
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
