"""The study that is taken when a server is only to be tried out. No Flask."""

from study_server.design.definition import StudyDefinition, parse_definition
from study_server.endurance.stimuli import N_TILES

STUDY_ID = "endurance"
COMPLETION_CODE = "ENDURED"
MAX_SLOTS = 100_000


def endurance_study(*, n_slots: int) -> StudyDefinition:
    """Main trials alone: no practice, no catch trials, nothing to wait for.

    Args:
        n_slots: places of the study; more are asked for than there are sessions, since
            a session that was started twice by accident holds two.
    """
    values = {
        "study": {
            "study_id": STUDY_ID,
            "title": "A study that nobody takes",
            "rng_seed": 1,
            "n_slots": min(n_slots, MAX_SLOTS),
            "estimated_minutes": 5,
            "contact": "nobody",
            "completion_code": COMPLETION_CODE,
        },
        "design": {
            "conditions": ["natural"],
            "practice_features": [],
            "n_panel_tiles": N_TILES,
        },
        "practice": {"n_trials": 0},
        "catch": {"per_block": 0},
        "timing": {
            "panel_min_ms": 0,
            "instructions_min_ms": 0,
            "lease_minutes": 24 * 60,
        },
    }
    return parse_definition(values, name="the endurance study")
