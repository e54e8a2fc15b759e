"""The export and the counts that programs get."""

import io
import json
import zipfile

import pytest
from flask import Flask

from study_server.export.formats import FORMATS
from study_server.export.turns import MOST_AT_A_TIME, take_turn
from tests.study_server.api.conftest import Ask, MakeToken


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_can_be_had_with_a_token(
    ask: Ask, make_token: MakeToken, format_name: str
) -> None:
    answer = ask(f"/studies/demo/export?format={format_name}", make_token())

    assert answer.mimetype == "application/zip"
    assert "demo-real" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as files:
        assert files.testzip() is None
        folder = FORMATS[format_name].documents
        facts = json.loads(files.read(f"{folder}export.json"))
    assert set(facts["n_rows"]) == set(FORMATS[format_name].tables)


@pytest.mark.parametrize("query", ["format=spss", "sessions=some"])
def test_a_choice_that_is_not_offered_is_refused(
    ask: Ask, make_token: MakeToken, query: str
) -> None:
    answer = ask(f"/studies/demo/export?{query}", make_token())

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"] == "bad_choice"
    assert "must be one of" in answer.json["message"]


def test_who_comes_while_others_export_is_told_when_to_come_again(
    app: Flask, ask: Ask, make_token: MakeToken
) -> None:
    data_dir = app.extensions["server_config"].data_dir
    turns = [take_turn(data_dir) for _ in range(MOST_AT_A_TIME)]

    answer = ask("/studies/demo/export", make_token())
    turns[0].give_back()
    later = ask("/studies/demo/export", make_token())

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json is not None
    assert answer.json["error"] == "busy"
    assert later.status_code == 200


def test_counts_tell_how_a_study_is_going(ask: Ask, make_token: MakeToken) -> None:
    counts = ask("/studies/demo", make_token()).json

    assert counts is not None
    assert counts["stages"]["main"] == 1
    assert counts["n_responses"] == 1
    assert counts["last_response_at"] == "2024-05-01T09:30:15.250000Z"
