"""The API's own description: valid, complete, and readable without a script."""

import re
from typing import Any

from flask import Flask
from openapi_spec_validator import validate

from study_server.api.access import ANYONE, NEEDED
from study_server.api.openapi import OPERATIONS, make_document
from tests.study_server.api.conftest import Ask


def test_the_document_is_valid_openapi(ask: Ask) -> None:
    document: Any = ask("/openapi.json").json

    validate(document)

    assert document == make_document("/api/")
    assert document["servers"] == [{"url": "/api"}]


def test_every_request_of_the_api_is_described(app: Flask) -> None:
    rules = [r for r in app.url_map.iter_rules() if r.endpoint.startswith("api.")]
    paths = {
        re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix("/api"))
        for rule in rules
        if rule.endpoint.removeprefix("api.") not in ANYONE
    }

    assert {operation.path for operation in OPERATIONS} == paths
    assert {operation.scope for operation in OPERATIONS} == set(NEEDED.values())


def test_the_page_shows_every_request_of_both_apis_and_runs_no_script(
    ask: Ask,
) -> None:
    page = ask("/")

    assert page.status_code == 200
    assert "<script" not in page.text
    assert "http://" not in page.text.replace('xmlns="http://', "")
    for shown in ("GET /studies/{study_id}/export", "POST /api/responses", "psych-ds"):
        assert shown in page.text
