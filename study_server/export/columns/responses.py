"""responses.csv: one row per stored response."""

from study_server.export.column import Column
from study_server.export.columns.shared import (
    CORRECT_OPTION,
    OPTIONS,
    PARTICIPANT_ID,
    SESSION_ID,
    TRIAL_ID,
    TRIAL_PLACE,
)

RESPONSES = (
    Column(
        name="response_id",
        type="text",
        meaning="One stored response: a UUID made by the browser.",
    ),
    TRIAL_ID,
    SESSION_ID,
    PARTICIPANT_ID,
    *TRIAL_PLACE,
    Column(
        name="choice",
        type="text",
        levels=OPTIONS,
        meaning="Side the participant chose.",
    ),
    CORRECT_OPTION,
    Column(
        name="is_correct",
        type="boolean",
        meaning="Whether the choice is the correct option.",
    ),
    Column(
        name="confidence",
        type="integer",
        range=(1, 3),
        meaning="Confidence in the choice: 1 low, 3 high.",
    ),
    Column(
        name="rt_ms",
        type="number",
        unit="ms",
        meaning="Response time: response_ms minus onset_ms.",
    ),
    Column(
        name="panel_onset_ms",
        type="number",
        unit="ms",
        meaning="First frame with the panel, by the page's clock.",
    ),
    Column(
        name="onset_ms",
        type="number",
        unit="ms",
        meaning="First frame with the query images, by the page's clock.",
    ),
    Column(
        name="response_ms",
        type="number",
        unit="ms",
        meaning="Time stamp of the answering event, by the page's clock.",
    ),
    Column(
        name="frame_interval_ms",
        type="number",
        unit="ms",
        meaning="Median time between frames of the browser.",
    ),
    Column(
        name="onset_method",
        type="text",
        levels=("raf_after_decode", "fallback", "simulated"),
        meaning="How the onset was measured.",
    ),
    Column(
        name="input_modality",
        type="text",
        levels=("mouse", "touch", "pen", "keyboard", "simulated"),
        meaning="Device the answer was given with.",
    ),
    Column(
        name="hidden_ms",
        type="number",
        unit="ms",
        meaning="Time during the trial in which the page was not visible.",
    ),
    Column(
        name="n_onsets",
        type="integer",
        meaning="How often the trial was shown; more than 1 after a reload.",
    ),
    Column(
        name="viewport_width_px",
        type="integer",
        unit="CSS px",
        meaning="Width of the browser's viewport at onset.",
    ),
    Column(
        name="viewport_height_px",
        type="integer",
        unit="CSS px",
        meaning="Height of the browser's viewport at onset.",
    ),
    Column(
        name="device_pixel_ratio",
        type="number",
        meaning="Physical pixels per CSS pixel at onset.",
    ),
    Column(
        name="received_at",
        type="timestamp",
        meaning="When the response was stored, by the server's clock.",
    ),
    Column(
        name="is_late",
        type="boolean",
        meaning="Whether it came after the session's time had run out.",
    ),
    Column(
        name="n_conflicts",
        type="integer",
        meaning="Differing second answers to the trial, kept but never counted.",
    ),
)
