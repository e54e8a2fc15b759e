"""The codes of a study as Prolific wants them told. Pure.

Source: docs.prolific.com, API reference (completion codes of a study).
"""

from typing import Any

from study_server.design.definition import StudyDefinition
from study_server.design.parts.code_actions import CodeAction
from study_server.design.parts.outcomes import OUTCOMES, OutcomePart

CODE_TYPES = {
    "completed": "COMPLETED",
    "no_consent": "NO_CONSENT",
    "screened_out": "SCREENED_OUT",
}
"""What the platform calls a code of the outcome; others are `OTHER`."""


def completion_codes(definition: StudyDefinition) -> list[dict[str, Any]]:
    """One entry for each outcome that has a code, with what is done about it.

    Without actions of its own a code is looked at by a person.
    """
    outcomes = [definition.outcome(name) for name in OUTCOMES]
    return [_entry(outcome) for outcome in outcomes if outcome.code is not None]


def _entry(outcome: OutcomePart) -> dict[str, Any]:
    actions = outcome.actions or (CodeAction(action="MANUALLY_REVIEW"),)
    return {
        "code": outcome.code,
        "code_type": outcome.code_type or CODE_TYPES.get(outcome.name, "OTHER"),
        "actor": outcome.actor,
        "actions": [_action(each) for each in actions],
    }


def _action(action: CodeAction) -> dict[str, Any]:
    names = {
        "participant_group": action.participant_group,
        "fixed_screen_out_reward": action.reward,
        "slots": action.slots,
        "return_reason": action.return_reason,
    }
    given = {name: value for name, value in names.items() if value is not None}
    return {"action": action.action, **given}
