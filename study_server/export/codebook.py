"""Every column of the export, described once. No Flask, no database.

The tables are written by this schema, and `codebook.json` is printed from it, so that
neither can say what the other does not. `EXPORT_FORMAT.md` is the same for people.
"""

from study_server.bundle import STRATA
from study_server.design.conditions import CONDITIONS
from study_server.export.column import Column

SCHEMA_VERSION = 1

OPTIONS = ("left", "right")

SESSION_ID = Column(
    name="session_id",
    type="text",
    meaning="One sitting of one participant: 128 random bits in hex.",
)
PARTICIPANT_ID = Column(
    name="participant_id",
    type="text",
    meaning="Pseudonym of the participant, random; no key to it is exported.",
)
TRIAL_ID = Column(
    name="trial_id",
    type="text",
    meaning="One planned trial: 128 random bits in hex.",
)
CORRECT_OPTION = Column(
    name="correct_option",
    type="text",
    levels=OPTIONS,
    meaning="Side of the query image that drives the feature more.",
)
TRIAL_PLACE = (
    Column(
        name="trial_index",
        type="integer",
        meaning="Place of the trial in the session's plan, from 0, practice first.",
    ),
    Column(
        name="block_index",
        type="integer",
        meaning="Block of the trial, from 0; missing for practice.",
    ),
    Column(
        name="trial_kind",
        type="text",
        levels=("main", "catch", "practice"),
        meaning="Only main trials count towards accuracy.",
    ),
    Column(
        name="condition",
        type="text",
        levels=tuple(CONDITIONS),
        meaning="What the panel beside the query images showed.",
    ),
    Column(
        name="feature_id",
        type="text",
        formula_guard=True,
        meaning="Feature of the network that the trial asked about.",
    ),
    Column(
        name="query_pair_id",
        type="text",
        formula_guard=True,
        meaning="Pair of query images, named by the bundle; missing in catch trials.",
    ),
    Column(
        name="stratum",
        type="text",
        levels=STRATA,
        meaning="How far the query pair lies from the panels; missing in catch trials.",
    ),
    Column(
        name="activation_gap",
        type="number",
        unit="percentile points",
        range=(0, 100),
        meaning="Activation percentile of the pair's high image minus that of the low "
        "one; missing in catch trials.",
    ),
)

PARTICIPANTS = (
    SESSION_ID,
    PARTICIPANT_ID,
    Column(
        name="study_version",
        type="integer",
        meaning="Version of the study definition the session ran under.",
    ),
    Column(
        name="slot_index",
        type="integer",
        meaning="Slot of the assignment the session took, from 0.",
    ),
    Column(
        name="list_index",
        type="integer",
        meaning="Which condition meets which set of features: list of the slot.",
    ),
    Column(
        name="sequence_index",
        type="integer",
        meaning="Order of the conditions: row of the Williams square.",
    ),
    Column(
        name="pair_offset",
        type="integer",
        meaning="Rotation of the query pairs of the slot.",
    ),
    Column(
        name="stage",
        type="text",
        levels=(
            "consent",
            "instructions",
            "practice",
            "main",
            "debrief",
            "completed",
        ),
        meaning="Last stage of the script the session reached.",
    ),
    Column(
        name="outcome",
        type="text",
        levels=(
            "completed",
            "no_consent",
            "screened_out",
            "withdrawn",
            "timed_out",
        ),
        meaning="How the session ended; missing while it runs.",
    ),
    Column(
        name="is_simulated",
        type="boolean",
        meaning="Whether a simulated participant sat here, not a person.",
    ),
    Column(
        name="language",
        type="text",
        meaning="Language of the pages, as an IETF tag.",
    ),
    Column(
        name="consented_at",
        type="timestamp",
        meaning="When consent was given, by the server's clock.",
    ),
    Column(
        name="instructions_ms",
        type="number",
        unit="ms",
        meaning="Time spent on the instructions.",
    ),
    Column(
        name="main_started_at",
        type="timestamp",
        meaning="When the first main trial was served, by the server's clock.",
    ),
    Column(
        name="completed_at",
        type="timestamp",
        meaning="When the session was completed, by the server's clock.",
    ),
    Column(
        name="n_main_trials",
        type="integer",
        unit="trials",
        meaning="Main trials in the session's plan.",
    ),
    Column(
        name="n_main_responses",
        type="integer",
        unit="responses",
        meaning="Stored responses to main trials.",
    ),
    Column(
        name="difficulty",
        type="integer",
        range=(1, 5),
        meaning="How hard the task was, by the participant: 1 very easy, 5 very hard.",
    ),
    Column(
        name="strategy",
        type="text",
        formula_guard=True,
        meaning="The participant's own words on how they decided.",
    ),
    Column(
        name="data_use",
        type="boolean",
        meaning="Whether the participant says that their data may be used.",
    ),
    Column(
        name="last_seen_at",
        type="timestamp",
        meaning="Last sign of life, by the server's clock.",
    ),
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
        meaning="When the trial was first sent; missing if it never was.",
    ),
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

TABLES = {
    "participants": PARTICIPANTS,
    "trials": TRIALS,
    "responses": RESPONSES,
}
"""Table name, also of its file, to its columns in order."""


def codebook() -> dict[str, object]:
    """The content of `codebook.json`: every column of every table, in order."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tables": {
            table: {column.name: column.entry() for column in columns}
            for table, columns in TABLES.items()
        },
    }
