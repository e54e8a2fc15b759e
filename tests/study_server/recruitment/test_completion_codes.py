"""6.4: each outcome has a code of its own, and what the platform does about it."""

from typing import Any

import pytest

from study_server.design.definition import StudyDefinition
from study_server.errors import DefinitionError
from study_server.recruitment.completion_codes import completion_codes
from tests.study_server.study_fixture import tiny_definition

PAID_SCREEN_OUT = {"action": "FIXED_SCREEN_OUT_PAYMENT", "reward": 30, "slots": 20}


def on_prolific(*outcomes: dict[str, Any]) -> StudyDefinition:
    return tiny_definition(
        recruitment={"platform": "prolific"}, outcomes=list(outcomes)
    )


def test_each_code_is_told_with_its_type_actor_and_actions() -> None:
    definition = on_prolific(
        {
            "name": "completed",
            "actions": [
                {"action": "AUTOMATICALLY_APPROVE"},
                {"action": "ADD_TO_PARTICIPANT_GROUP", "participant_group": "g1"},
                {"action": "REMOVE_FROM_PARTICIPANT_GROUP", "participant_group": "g2"},
            ],
        },
        {"name": "screened_out", "code": "SCREEN", "actions": [PAID_SCREEN_OUT]},
        {
            "name": "no_consent",
            "code": "NONE",
            "actions": [{"action": "REQUEST_RETURN", "return_reason": "As agreed."}],
        },
        {
            "name": "technical_problem",
            "code": "TECH",
            "code_type": "SERVER_TROUBLE",
            "actor": "researcher",
        },
        {"name": "withdrawn", "code": "STOP"},
    )

    told = {each["code"]: each for each in completion_codes(definition)}

    assert told["CODE-7K2"] == {
        "code": "CODE-7K2",
        "code_type": "COMPLETED",
        "actor": "participant",
        "actions": [
            {"action": "AUTOMATICALLY_APPROVE"},
            {"action": "ADD_TO_PARTICIPANT_GROUP", "participant_group": "g1"},
            {"action": "REMOVE_FROM_PARTICIPANT_GROUP", "participant_group": "g2"},
        ],
    }
    assert told["SCREEN"]["code_type"] == "SCREENED_OUT"
    assert told["SCREEN"]["actions"] == [
        {
            "action": "FIXED_SCREEN_OUT_PAYMENT",
            "fixed_screen_out_reward": 30,
            "slots": 20,
        }
    ]
    assert told["NONE"]["code_type"] == "NO_CONSENT"
    assert told["TECH"]["code_type"] == "SERVER_TROUBLE"
    assert told["TECH"]["actor"] == "researcher"
    assert told["STOP"]["code_type"] == "OTHER"


def test_a_code_without_actions_is_looked_at_by_a_person() -> None:
    (told,) = completion_codes(on_prolific())

    assert told["actions"] == [{"action": "MANUALLY_REVIEW"}]


@pytest.mark.parametrize(
    ("actions", "reason"),
    [
        ([{"action": "APPROVE"}], "action"),
        ([{"action": "ADD_TO_PARTICIPANT_GROUP"}], "needs 'participant_group'"),
        ([{"action": "MANUALLY_REVIEW", "reward": 5}], "has no 'reward'"),
        ([{**PAID_SCREEN_OUT, "slots": None}], "needs 'slots'"),
        ([{"action": "MANUALLY_REVIEW"}] * 2, "has MANUALLY_REVIEW twice"),
    ],
)
def test_actions_that_cannot_be_are_refused(
    actions: list[dict[str, Any]], reason: str
) -> None:
    with pytest.raises(DefinitionError, match=reason):
        on_prolific({"name": "screened_out", "code": "S", "actions": actions})


def test_one_code_of_a_study_pays_who_is_screened_out() -> None:
    with pytest.raises(DefinitionError, match="pays one code of a study so"):
        on_prolific(
            {"name": "screened_out", "code": "S", "actions": [PAID_SCREEN_OUT]},
            {"name": "withdrawn", "code": "W", "actions": [PAID_SCREEN_OUT]},
        )


def test_actions_need_a_code_and_a_platform_that_knows_them() -> None:
    review = [{"action": "MANUALLY_REVIEW"}]
    with pytest.raises(DefinitionError, match="has actions and no code"):
        on_prolific({"name": "withdrawn", "actions": review})
    with pytest.raises(DefinitionError, match="'open' has none"):
        tiny_definition(
            outcomes=[{"name": "withdrawn", "code": "W", "actions": review}]
        )
