"""Whatever is sent, both APIs answer as their documents say, and never with a fault."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.study_server.api.conftest import MakeToken
from tests.study_server.truth.task_studies import make_task_app, study_id_of

CHECKED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
QUICK = settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
"""The same few requests each time."""


def send_hostile_requests(
    app: Flask, document: str, headers: Callable[[], dict[str, str]]
) -> int:
    """Requests of every operation, right and wrong; returns how many operations."""
    schema = schemathesis.openapi.from_wsgi(document, app)
    operations = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operations.append(found.ok())
    for operation in operations:

        @QUICK
        @given(case=operation.as_strategy())
        def send(case: Any) -> None:
            case.call_and_validate(headers=headers(), checks=CHECKED)

        send()
    return len(operations)


def test_the_researchers_api_answers_as_its_document_says(
    app: Flask, make_token: MakeToken
) -> None:
    secret = make_token()
    headers = {"Authorization": f"Bearer {secret}"}

    assert send_hostile_requests(app, "/api/openapi.json", lambda: headers) == 3


def test_the_participants_api_answers_as_its_document_says(tmp_path: Path) -> None:
    app = make_task_app(tmp_path)
    base = f"/s/{study_id_of('two_alternative')}"
    client = app.test_client(use_cookies=False)

    def as_a_participant() -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    begun = client.post(f"{base}/api/session", json={"consent": True})
    token = begun.get_json()["token"]
    n_operations = send_hostile_requests(
        app, f"{base}/api/openapi.json", as_a_participant
    )

    assert n_operations == 14
