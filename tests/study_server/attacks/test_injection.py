"""Whatever is typed into a field is text, and stays text."""

from collections.abc import Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect

from study_server.export.cells import guarded
from tests.study_server.admin.conftest import csrf_token
from tests.study_server.admin.panel import database_of
from tests.study_server.participant.visitor import ANSWERS, Visitor
from tests.study_server.study_fixture import STUDY_ID

STUDY = f"/admin/studies/{STUDY_ID}"
PAYLOADS: Mapping[str, str] = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "sql": "'; DROP TABLE researcher; --",
    "template": "{{ 7 * 191 }}{% for x in y %}",
    "null": "a\0b",
    "formula": "=cmd|' /C calc'!A0",
    "path": "../../../../etc/passwd",
    "header": "a\r\nSet-Cookie: x=y",
    "override": "\u202egnp.exe",
}
FORMS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "login name": ("/admin/login", "name", {"password": "x" * 12}),
    "password": ("/admin/password", "current", {"new": "n" * 12, "repeated": "n" * 12}),
    "person": ("/admin/people", "name", {"role": "viewer"}),
    "role": ("/admin/people", "role", {"name": "somebody"}),
    "link label": (f"{STUDY}/links", "label", {"count": "1", "uses": "1"}),
    "bonus rows": (f"{STUDY}/bonuses", "rows", {"reason": "r", "per_person": "1"}),
    "bonus limit": (f"{STUDY}/bonuses", "total", {"rows": "11111111,1"}),
    "bundle": ("/admin/new-study", "chosen", {}),
}
ADDRESSES = (
    "/admin/audit?study={}",
    "/admin/audit?before={}",
    f"{STUDY}/stimuli?feature={{}}",
    f"{STUDY}/sessions/{{}}",
    f"{STUDY}/stimuli/{{}}.png",
    "/admin/studies/{}",
    "/admin/setup/{}",
    f"/s/{STUDY_ID}/?PROLIFIC_PID={{}}&lang={{}}",
)


def is_harmless(text: str, payload: str) -> bool:
    """Whether markup came back as text, and nothing was computed."""
    is_markup = "<" in payload and payload in text
    return not is_markup and "1337" not in text


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_takes_it_as_text(
    app: Flask, owner: FlaskClient, form: str, payload: str
) -> None:
    path, field, others = FORMS[form]
    client = app.test_client() if form == "login name" else owner
    data = {**others, field: PAYLOADS[payload], "csrf_token": csrf_token(client, path)}

    answer = client.post(path, data=data)

    assert answer.status_code < 500
    assert is_harmless(answer.text, PAYLOADS[payload])
    assert "Set-Cookie: x=y" not in str(answer.headers)
    with database_of(app).engine.connect() as connection:
        assert "researcher" in inspect(connection).get_table_names()


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_takes_it_as_text(
    owner: FlaskClient, address: str, payload: str
) -> None:
    path, _, query = address.partition("?")
    typed = PAYLOADS[payload]
    names = [pair.split("=")[0] for pair in query.split("&") if pair]

    answer = owner.get(path.format(typed), query_string=dict.fromkeys(names, typed))

    assert answer.status_code < 500
    assert is_harmless(answer.text, typed)
    assert "root:" not in answer.text


def test_what_participants_write_is_text_to_researchers(
    app: Flask, owner: FlaskClient
) -> None:
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer_all()
    visitor.get("/questions")
    visitor.post("/questions", **{**ANSWERS, "strategy": PAYLOADS["script"]})

    for page in ("", "/live", "/sessions", "/versions"):
        assert PAYLOADS["script"] not in owner.get(STUDY + page).text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_spreadsheet_computes_a_cell(start: str) -> None:
    """7.9"""
    assert guarded(f"{start}1+1").startswith("'")
