"""responses.csv: one row per stored response."""

from study_server.export.column import Column
from study_server.export.columns.shared import (
    CONFIDENCE,
    CORRECT_OPTION,
    IS_CORRECT,
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
        meaning="Side the participant chose; missing in ratings. In a stacked layout "
        "left is the first option, right the second.",
    ),
    CORRECT_OPTION,
    IS_CORRECT,
    CONFIDENCE,
    Column(
        name="rating",
        type="integer",
        range=(0, 100),
        meaning="How active the image makes the feature; only in ratings.",
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
        meaning="First frame with the panel, by the page's clock; negative when it lay "
        "before a reload, missing without a panel.",
    ),
    Column(
        name="onset_ms",
        type="number",
        unit="ms",
        meaning="First frame with the query images, by the page's clock; negative when "
        "it lay before a reload.",
    ),
    Column(
        name="response_ms",
        type="number",
        unit="ms",
        meaning="Time stamp of the answering event, by the page's clock.",
    ),
    Column(
        name="unlocked_ms",
        type="number",
        unit="ms",
        meaning="When answering became possible, by the page's clock.",
    ),
    Column(
        name="frame_interval_ms",
        type="number",
        unit="ms",
        meaning="Median time between the last 60 frames before the answer.",
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
        meaning="Time in which the page was not visible, from the trial's first image "
        "to the answer.",
    ),
    Column(
        name="is_interrupted",
        type="boolean",
        meaning="Whether the page was out of sight during the trial: hidden_ms above "
        "0.",
    ),
    Column(
        name="blurred_ms",
        type="number",
        unit="ms",
        meaning="Time in which the window was without focus, over the same span.",
    ),
    Column(
        name="n_resizes",
        type="integer",
        meaning="Changes of the window's size over the same span; those less than "
        "half a second apart count once.",
    ),
    Column(
        name="n_fullscreen_exits",
        type="integer",
        meaning="How often the full screen was left over the same span.",
    ),
    Column(
        name="n_onsets",
        type="integer",
        meaning="How often the trial was shown; more than 1 after a reload, when the "
        "first onset is kept.",
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
        name="is_fullscreen",
        type="boolean",
        meaning="Whether the page filled the screen at onset.",
    ),
    Column(
        name="is_small_window",
        type="boolean",
        meaning="Whether the window was smaller at onset than the study asks for.",
    ),
    Column(
        name="automation_signals",
        type="text",
        meaning="Signs of a script, joined by |: untrusted_event (the answer was no "
        "press of a person), webdriver (the browser says it is driven), "
        "no_pointer_path (a mouse that never moved). Flags only.",
    ),
    Column(
        name="shown_at",
        type="timestamp",
        meaning="Of the first onset, by the browser's clock.",
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
        name="origin",
        type="text",
        levels=("sent", "recovered"),
        meaning="How the answer came: sent by the browser, or recovered from a file "
        "that the participant handed over.",
    ),
    Column(
        name="chain_index",
        type="integer",
        meaning="Place among the session's responses in the order of storage, from 0.",
    ),
    Column(
        name="digest",
        type="text",
        meaning="SHA-256 of the digest before it in the session and of this row; "
        "EXPORT_FORMAT.md says how to compute it.",
    ),
    Column(
        name="n_conflicts",
        type="integer",
        meaning="Differing second answers to the trial, kept but never counted.",
    ),
)
