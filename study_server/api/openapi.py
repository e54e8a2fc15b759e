"""The document of the researchers' API, made from its schemas. No Flask."""

from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from study_server.api.answers import Refused, StudyCounts, StudyList
from study_server.export.formats import FORMATS
from study_server.export.tables import SESSION_FILTERS
from study_server.models import Scope

API_VERSION = "1"
SCHEMA_PLACE = "#/components/schemas/{model}"
PURPOSE = """\
What programs of researchers may ask for. Show a token as `Authorization: Bearer \
TOKEN`; `study-server token create` makes one. It is good for some scopes, of one \
study or of all, until it expires or is revoked."""


class Operation(NamedTuple):
    """One request: where, what it needs, what comes back."""

    path: str
    name: str
    summary: str
    scope: Scope
    answer: type[BaseModel] | None
    """None: a zip."""
    refusals: tuple[str, ...] = ("401", "403", "429")
    choices: tuple[tuple[str, tuple[str, ...], str], ...] = ()
    """Parameters of the address: name, values, the one it has when left out."""


OPERATIONS = (
    Operation(
        "/studies",
        "list_studies",
        "The studies the token is good for",
        Scope.STUDY_READ,
        StudyList,
    ),
    Operation(
        "/studies/{study_id}",
        "get_study",
        "How a study is going; nothing about who was right",
        Scope.STUDY_READ,
        StudyCounts,
        ("401", "403", "404", "429"),
    ),
    Operation(
        "/studies/{study_id}/export",
        "export_study",
        "The export, as EXPORT_FORMAT.md describes it, sent while it is written",
        Scope.EXPORT_READ,
        None,
        ("401", "403", "404", "422", "429", "503"),
        (
            ("format", tuple(FORMATS), "csv"),
            ("sessions", SESSION_FILTERS, "real"),
        ),
    ),
)

MEANINGS = {
    "401": "No valid token is shown",
    "403": "The token is not good for this",
    "404": "There is no such study",
    "422": "A parameter has none of its values",
    "429": "Too many requests: come again after Retry-After seconds",
    "503": "Others are exporting just now: come again after Retry-After seconds",
}


def make_document(address: str) -> dict[str, Any]:
    """The whole document.

    Args:
        address: of the API, like `/api`.
    """
    models: list[type[BaseModel]] = [Refused]
    models += [op.answer for op in OPERATIONS if op.answer]
    _, schemas = models_json_schema(
        [(model, "serialization") for model in models], ref_template=SCHEMA_PLACE
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Researchers' API of the study server",
            "version": API_VERSION,
            "description": PURPOSE,
        },
        "servers": [{"url": address.rstrip("/")}],
        "paths": {op.path: {"get": _described(op)} for op in OPERATIONS},
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    refusals = {
        code: {"description": MEANINGS[code], **_json(Refused)}
        for code in operation.refusals
    }
    found = (
        {"content": {"application/zip": {}}}
        if operation.answer is None
        else _json(operation.answer)
    )
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"Needs a token with the scope `{operation.scope}`.",
        "security": [{"token": []}],
        "parameters": _parameters(operation),
        "responses": {"200": {"description": operation.summary, **found}, **refusals},
    }


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if "{study_id}" in operation.path:
        text = {"type": "string", "pattern": "^[a-z0-9-]+$", "minLength": 1}
        found.append(
            {"name": "study_id", "in": "path", "required": True, "schema": text}
        )
    for name, values, usual in operation.choices:
        schema = {"type": "string", "enum": list(values), "default": usual}
        found.append({"name": name, "in": "query", "required": False, "schema": schema})
    return found


def _json(model: type[BaseModel]) -> dict[str, Any]:
    place = SCHEMA_PLACE.format(model=model.__name__)
    return {"content": {"application/json": {"schema": {"$ref": place}}}}
