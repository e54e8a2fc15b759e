"""What the links of each platform say (6.1)."""

import pytest

from study_server.design.parts.recruitment import RecruitmentPart
from study_server.recruitment.arrival import FIELDS, Arrival, read_arrival

SONA_BACK = (
    "https://school.sona-systems.com/webstudy_credit.aspx?survey_code={survey_code}"
)


def part(platform: str, **changes: object) -> RecruitmentPart:
    values: dict[str, object] = {}
    if platform == "sona":
        values["return_url"] = SONA_BACK
    return RecruitmentPart.model_validate({"platform": platform, **values, **changes})


@pytest.mark.parametrize(
    ("platform", "link", "expected"),
    [
        (
            "prolific",
            {"PROLIFIC_PID": "p1", "STUDY_ID": "s1", "SESSION_ID": "x1"},
            {"participant_id": "p1", "study_ref": "s1", "submission_id": "x1"},
        ),
        (
            "mturk",
            {"workerId": "w1", "assignmentId": "a1", "hitId": "h1"},
            {"participant_id": "w1", "submission_id": "a1", "study_ref": "h1"},
        ),
        ("sona", {"survey_code": "1234"}, {"participant_id": "1234"}),
        ("sona", {"sona_id": "1234"}, {"participant_id": "1234"}),
        (
            "connect",
            {"participantId": "c1", "assignmentId": "a1", "projectId": "q1"},
            {"participant_id": "c1", "submission_id": "a1", "study_ref": "q1"},
        ),
    ],
)
def test_each_platforms_parameters_are_understood(
    platform: str, link: dict[str, str], expected: dict[str, str]
) -> None:
    """6, first table"""
    arrival = read_arrival(part(platform), link)

    found = {name: getattr(arrival, name) for name in FIELDS}
    assert {name: value for name, value in found.items() if value} == expected
    assert arrival.others == {}


def test_names_match_without_regard_to_case_and_unknown_ones_are_kept() -> None:
    """6.1"""
    arrival = read_arrival(
        part("prolific"), {"prolific_PID": " p1 ", "Wave": "2", "lang": "de"}
    )

    assert arrival.participant_id == "p1"
    assert arrival.others == {"wave": "2"}


def test_any_parameter_can_be_mapped_to_a_field() -> None:
    recruitment = part("generic", parameters={"participant_id": "participant_label"})

    arrival = read_arrival(recruitment, {"Participant_Label": "P7", "id": "9"})

    assert (arrival.participant_id, arrival.others) == ("P7", {"id": "9"})


@pytest.mark.parametrize("value", ["", "  ", "{{%PROLIFIC_PID%}}", "%SURVEY_CODE%"])
def test_what_the_platform_did_not_fill_in_is_no_id(value: str) -> None:
    arrival = read_arrival(part("prolific"), {"PROLIFIC_PID": value})

    assert arrival.participant_id is None


def test_an_overlong_value_is_no_id() -> None:
    arrival = read_arrival(part("prolific"), {"PROLIFIC_PID": "x" * 201})

    assert arrival == Arrival(platform="prolific")


def test_a_hit_that_nobody_accepted_is_a_preview() -> None:
    """6, MTurk"""
    link = {"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE", "workerId": ""}

    assert read_arrival(part("mturk"), link).is_preview
    assert not read_arrival(part("mturk"), {"assignmentId": "A1"}).is_preview


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"platform": "generic"}, "needs parameters.participant_id"),
        ({"platform": "sona"}, "needs return_url.*client-side completion URL"),
        (
            {"platform": "prolific", "has_own_codes": True},
            "knows its codes beforehand",
        ),
        ({"return_url": "ftp://example.org"}, "must begin with https"),
        ({"return_url": "https://example.org/{cod}"}, r"has \{cod\}; it may have"),
    ],
)
def test_what_cannot_work_is_refused_with_its_remedy(
    values: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        RecruitmentPart.model_validate(values)
