"""participants.csv: one row per session, also of those who stopped."""

from study_server.export.column import Column
from study_server.export.columns.shared import (
    OUTCOME,
    PARTICIPANT_ID,
    SESSION_ID,
    SLOT_GROUP,
    SLOT_INDEX,
)

PARTICIPANTS = (
    SESSION_ID,
    PARTICIPANT_ID,
    Column(
        name="study_version",
        type="integer",
        meaning="Version of the study definition the session ran under.",
    ),
    SLOT_INDEX,
    SLOT_GROUP,
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
        name="design_version",
        type="integer",
        meaning="Version of the code that drew the session's plan.",
    ),
    Column(
        name="rng_seed",
        type="text",
        meaning="Seed the plan was drawn from, a whole number of up to 19 digits: as a "
        "number, a spreadsheet would round it. With slot, version and definition it "
        "gives the same plan again.",
    ),
    Column(
        name="stage",
        type="text",
        levels=(
            "consent",
            "device",
            "screening",
            "instructions",
            "comprehension",
            "practice",
            "main",
            "debrief",
            "completed",
        ),
        meaning="Last stage of the script the session reached.",
    ),
    OUTCOME,
    Column(
        name="outcome_reason",
        type="text",
        levels=(
            "device",
            "comprehension",
            "practice",
            "keep",
            "erase",
            "lease",
            "absence",
            "quota",
            "returned",
            "platform",
        ),
        meaning="What led to the outcome: the step that was not passed, the wish to "
        "keep or erase, the lease that ran out, too long an absence, a full quota, or "
        "what the platform did with the submission.",
    ),
    Column(
        name="is_surplus",
        type="boolean",
        meaning="Whether the session was completed after its slot had been given away, "
        "so that no cell counts it.",
    ),
    Column(
        name="is_simulated",
        type="boolean",
        meaning="Whether a simulated participant sat here, not a person.",
    ),
    Column(
        name="language",
        type="text",
        meaning="Language of the pages, chosen on the first one, as an IETF tag.",
    ),
    Column(
        name="consented_at",
        type="timestamp",
        meaning="When consent was given, by the server's clock.",
    ),
    Column(
        name="consent_sha256",
        type="text",
        meaning="SHA-256 of the consent text that was shown; consents.csv has it.",
    ),
    Column(
        name="checked_at",
        type="timestamp",
        meaning="When the device check was passed, by the server's clock.",
    ),
    Column(
        name="window_width_px",
        type="integer",
        unit="CSS px",
        meaning="Width of the window at the device check.",
    ),
    Column(
        name="window_height_px",
        type="integer",
        unit="CSS px",
        meaning="Height of the window at the device check.",
    ),
    Column(
        name="is_small_at_check",
        type="boolean",
        meaning="Whether the window was too small for the study at the device check.",
    ),
    Column(
        name="has_outbox",
        type="boolean",
        meaning="Whether the browser can keep answers not sent yet, in IndexedDB.",
    ),
    Column(
        name="instructions_ms",
        type="number",
        unit="ms",
        meaning="From the first page of the instructions until they were left.",
    ),
    Column(
        name="n_comprehension_attempts",
        type="integer",
        unit="tries",
        meaning="Tries at the questions on the instructions.",
    ),
    Column(
        name="n_practice_rounds",
        type="integer",
        unit="rounds",
        meaning="Rounds of practice in which at least one trial was answered.",
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
        name="images_shown",
        type="boolean",
        meaning="Whether the pictures showed properly, by the participant.",
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
