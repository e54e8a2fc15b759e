"""Small studies for whole sessions: every task, and every preset scaled down."""

from collections.abc import Mapping
from typing import Any

from study_server.design.definition import StudyDefinition, parse_definition
from study_server.design.parts.design import TASKS
from study_server.presets import preset_names
from tests.study_server.study_fixture import definition_values

PRACTICE = ["logit:feature-0", "logit:feature-1"]
EASY = ["logit:feature-2"]
CODES = {
    "completed": "DONE-1",
    "screened_out": "SCREEN-1",
    "withdrawn": "STOP-1",
    "technical_problem": "BROKEN-1",
}
QUICK_MS = 100
QUICK: Mapping[str, Any] = {
    "timing": {
        "panel_min_ms": QUICK_MS,
        "instructions_min_ms": QUICK_MS,
        "feedback_delay_ms": 0,
        "feedback_ms": 0,
        "lease_minutes": 60,
    },
    "languages": {"offered": ["en", "de"]},
    "outcomes": [{"name": name, "code": code} for name, code in CODES.items()],
}
"""Pauses are short, and feedback stands until Continue is pressed."""

OF_TASKS: Mapping[str, dict[str, Any]] = {
    "two_alternative": {"catch": {"per_block": 1}},
    "rating": {"design": {"n_ratings": 2}, "catch": {"per_block": 0}},
    "occlusion": {"catch": {"per_block": 1, "features": EASY}},
    "manipulation_check": {"catch": {"per_block": 0}},
}
OF_PRESETS: Mapping[str, dict[str, Any]] = {
    "extrapolation": {
        "design": {"n_features": 5},
        "catch": {"n_trials": 2},
    },
    "borowski2021": {
        "design": {"n_features": 2},
        "main": {"n_repeats": 1},
        "catch": {"n_trials": 2},
    },
    "borowski2021_online": {
        "design": {"n_features": 2},
        "timing": {"feedback_ms": QUICK_MS},
        "catch": {"n_trials": 1},
    },
    "zimmermann2021": {
        "design": {"n_features": 2},
        "catch": {"n_trials": 1, "features": EASY},
    },
    "imi2023": {
        "design": {"n_features": 4, "n_features_per_session": 2},
        "display": {"buttons_locked_ms": QUICK_MS},
        "catch": {"n_trials": 1, "tile": "last"},
    },
}
"""Fewer trials of each kind, no long pauses; practice, comprehension and feedback are
`_common` and `QUICK`; all else is the preset's own."""

CRITERION = {"n_trials": 2, "n_obvious": 0, "min_correct": 2, "max_rounds": 2}
NO_CRITERION = {"n_trials": 2, "n_obvious": 0, "min_correct": 0, "max_rounds": 1}
WITH_CRITERION = ("two_alternative", "extrapolation", "zimmermann2021")
BUNDLE = {"n_features": 9, "n_pairs": 4, "n_tiles": 10, "n_occlusions": 4}
"""What a bundle needs for all of them."""
WITH_QUESTIONS = (*TASKS, "extrapolation")


def study_names() -> tuple[str, ...]:
    """Every task, then every preset."""
    return (*TASKS, *preset_names())


def definition_of(name: str, **changes: Any) -> StudyDefinition:
    """The small study of a task or preset; `changes` replace keys of its tables."""
    own = OF_TASKS.get(name) or OF_PRESETS[name]
    of_task = definition_values()
    values: dict[str, Any] = of_task if name in TASKS else {"preset": name}
    parts: list[Mapping[str, Any]] = [QUICK, _common(name), own, changes]
    for table, keys in ((t, k) for part in parts for t, k in part.items()):
        is_table = isinstance(keys, dict)
        values[table] = {**values.get(table, {}), **keys} if is_table else keys
    return parse_definition(values, name=name)


def _common(name: str) -> dict[str, Any]:
    design: dict[str, Any] = {"practice_features": PRACTICE}
    if name in TASKS:
        design |= {
            "task": name,
            "conditions": ["accentuation", "natural"],
            "features": ["logit:feature-3", "logit:feature-4"],
            "n_query_pairs": 1,
        }
    return {
        "study": {
            "study_id": name.replace("_", "-"),
            "title": "What does it respond to?",
            "rng_seed": 3,
            "n_slots": 240,
            "contact": "lab@example.org",
            "completion_code": None,
        },
        "design": design,
        "practice": CRITERION if name in WITH_CRITERION else NO_CRITERION,
        "comprehension": {"n_items": 3 if name in WITH_QUESTIONS else 0},
    }
