"""The tables of a study export that the analysis relies on, schema version 1."""

from typing import Final

SCHEMA_VERSION: Final = 1

KEYS: Final = {
    "participants": "session_id",
    "trials": "trial_id",
    "responses": "response_id",
}
"""Table -> the column that names its rows."""

_PARTICIPANTS: Final = {
    "text": "session_id participant_id stage outcome language strategy",
    "integer": "study_version slot_index list_index sequence_index pair_offset "
    "n_main_trials n_main_responses difficulty",
    "number": "instructions_ms",
    "boolean": "is_simulated data_use",
    "timestamp": "consented_at main_started_at completed_at last_seen_at",
}
_TRIALS: Final = {
    "text": "trial_id session_id participant_id trial_kind condition feature_id "
    "query_pair_id stratum target_stimulus_id distractor_stimulus_id correct_option "
    "panel_stimulus_ids",
    "integer": "trial_index block_index",
    "number": "activation_gap",
    "timestamp": "first_served_at",
}
_RESPONSES: Final = {
    "text": "response_id trial_id session_id participant_id trial_kind condition "
    "feature_id query_pair_id stratum choice correct_option onset_method "
    "input_modality",
    "integer": "trial_index block_index confidence n_onsets viewport_width_px "
    "viewport_height_px n_conflicts",
    "number": "activation_gap rt_ms panel_onset_ms onset_ms response_ms "
    "frame_interval_ms hidden_ms device_pixel_ratio",
    "boolean": "is_correct is_late",
    "timestamp": "received_at",
}


def _by_column(by_type: dict[str, str]) -> dict[str, str]:
    return {name: kind for kind, names in by_type.items() for name in names.split()}


OPTIONAL: Final = {
    "machine_answers": {
        "query_pair_id": "text",
        "condition": "text",
        "n_panel_tiles": "integer",
        "method": "text",
        "prefers_high": "boolean",
    },
    "stimuli": {
        "stimulus_id": "text",
        "class_label": "text",
        "perceptual_hash": "text",
    },
}
"""Table that an export may lack -> the columns that are read of it, and their type."""

COLUMN_TYPES: Final = {
    "participants": _by_column(_PARTICIPANTS),
    "trials": _by_column(_TRIALS),
    "responses": _by_column(_RESPONSES),
}
"""Table -> column -> the type the codebook must give it."""

ALWAYS_FILLED: Final = {
    "participants": ("session_id", "participant_id", "stage", "is_simulated"),
    "trials": (
        "trial_id",
        "session_id",
        "participant_id",
        "trial_kind",
        "condition",
        "feature_id",
        "correct_option",
    ),
    "responses": (
        "response_id",
        "trial_id",
        "session_id",
        "participant_id",
        "trial_kind",
        "condition",
        "feature_id",
        "choice",
        "correct_option",
        "is_correct",
    ),
    "machine_answers": ("query_pair_id", "condition", "method"),
    "stimuli": ("stimulus_id",),
}
"""Table -> columns without which a row means nothing."""

CHOICE: Final = "two_alternative"
"""The task of most studies: which of two photographs drives the feature more."""

RATING: Final = "rating"
"""The task whose answer is a number from 0 to 100 instead of a choice."""

OF_A_CHOICE: Final = ("choice", "correct_option", "is_correct")
"""Columns that are empty where one photograph is rated."""

FILLED_IN_MAIN: Final = ("query_pair_id", "stratum")
"""Columns of trials that every main trial needs; a catch trial has no query pair."""

LEVELS: Final = {
    "trial_kind": ("main", "catch", "practice", "repeat"),
    "choice": ("left", "right"),
    "correct_option": ("left", "right"),
    "outcome": (
        "completed",
        "no_consent",
        "screened_out",
        "withdrawn",
        "timed_out",
        "not_open",
        "already_took_part",
        "technical_problem",
    ),
    "stage": (
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
}
"""Column -> the values this analysis understands, in any table."""

PLATFORM_ID_COLUMNS: Final = frozenset(
    {
        "prolific_pid",
        "worker_id",
        "workerid",
        "assignment_id",
        "assignmentid",
        "hit_id",
        "sona_id",
        "survey_code",
        "platform_id",
        "ip_address",
        "email",
    }
)
"""Names that must never reach an analysis: they point at a person."""

_TEXT: Final = (str, "a text")
_COUNT: Final = (int, "a whole number")
_OBJECT: Final = (dict, "an object")

EXPORT_KEYS: Final[dict[str, tuple[type, str]]] = {
    "schema_version": _COUNT,
    "study_id": _TEXT,
    "study_version": _COUNT,
    "study_title": _TEXT,
    "definition": _OBJECT,
    "definition_sha256": _TEXT,
    "bundle_id": _TEXT,
    "manifest_sha256": _TEXT,
    "server_version": _TEXT,
    "exported_at": _TEXT,
    "sessions": _TEXT,
    "n_rows": _OBJECT,
    "n_sessions_left_out": _COUNT,
    "table_sha256": _OBJECT,
}
"""What `export.json` must say, and as what."""
