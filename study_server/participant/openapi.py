"""The document of the participants' JSON API (OpenAPI 3.1), made from its schemas."""

from typing import Any, NamedTuple

from flask import jsonify, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from study_server.current import database
from study_server.participant import api_answers as answers
from study_server.participant import session_bodies as bodies
from study_server.participant.blueprint import participant
from study_server.participant.submission import ImagesMissing, SubmittedResponse
from study_server.services.studies import get_study

API_VERSION = "1"
ANY_STUDY = "/s/STUDY_ID/"
"""Where a study is, whichever it is."""
SCHEMA_PLACE = "#/components/schemas/{model}"
PURPOSE = """\
Everything a participant's session needs, for a front end of your own. Begin with \
`POST api/session`, with a random UUID in the header `Idempotency-Key` so that it can \
be repeated; its `token` is shown as a bearer from then on. Every other answer says \
where the session stands. Which option is right, condition, feature and names of \
files stay on the server."""


class Operation(NamedTuple):
    """One request: where, what it sends, what comes back."""

    method: str
    path: str
    summary: str
    answer: tuple[type[BaseModel], ...]
    body: type[BaseModel] | None = None
    success: str = "200"
    refusals: tuple[str, ...] = ("401",)
    needs_session: bool = True
    takes_key: bool = False


IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A random UUID, kept secret: the same request with the same key "
    "gets the same answer and begins no second session.",
    "schema": {"type": "string", "format": "uuid"},
}
OF_POSTS = ("400", "413")
"""What is sent without being JSON could have been sent by any page."""
MEANINGS = {
    "400": "Not JSON, or not sent as such",
    "413": "Longer than anything that is asked for",
    "429": "Too many requests from one address",
    "503": "Nothing can be stored just now, and nothing was; send it again later",
}
RETRIED = {"429", "503"}
RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before the same is sent again",
        "schema": {"type": "integer"},
    }
}
STEP_REFUSALS = ("401", "409", "422")
STATE = (answers.SessionState,)
OPERATIONS = (
    Operation(
        "get",
        "api/study",
        "What the study is, and its consent texts",
        (answers.StudyFacts,),
        refusals=("404",),
        needs_session=False,
    ),
    Operation(
        "post",
        "api/session",
        "Consent, and take a place",
        (answers.NewSession,),
        bodies.StartBody,
        success="201",
        refusals=("404", "409", "422", "429"),
        needs_session=False,
        takes_key=True,
    ),
    Operation("get", "api/session", "Where the session stands", STATE),
    Operation(
        "post",
        "api/session/device",
        "Tell what the device can do",
        STATE,
        bodies.DeviceBody,
        refusals=STEP_REFUSALS,
    ),
    Operation(
        "post",
        "api/session/screening",
        "Answer the questions before the instructions",
        STATE,
        bodies.Answers,
        refusals=STEP_REFUSALS,
    ),
    Operation(
        "post",
        "api/session/instructions",
        "Turn a page of the instructions",
        STATE,
        bodies.TurnBody,
        refusals=STEP_REFUSALS,
    ),
    Operation(
        "post",
        "api/session/comprehension",
        "Answer the questions on the instructions",
        STATE,
        bodies.ComprehensionAnswers,
        refusals=STEP_REFUSALS,
    ),
    Operation(
        "get",
        "api/trial",
        "The trial to show now and those after it",
        (answers.DueTrial, answers.Elsewhere),
    ),
    Operation(
        "post",
        "api/responses",
        "Store an answer; it is stored once this is acknowledged",
        (answers.Acknowledgement, answers.ErasedAcknowledgement),
        SubmittedResponse,
        refusals=("401", "404", "422"),
    ),
    Operation(
        "post",
        "api/alive",
        "Every 20 s: somebody is still here",
        (answers.AliveAnswer,),
    ),
    Operation(
        "post",
        "api/images-missing",
        "Go on without a trial whose images cannot be loaded",
        (answers.ImagesMissingAnswer,),
        ImagesMissing,
        refusals=("401", "404", "422"),
    ),
    Operation(
        "post",
        "api/session/questions",
        "Answer the last questions, and complete the session",
        STATE,
        bodies.Answers,
        refusals=STEP_REFUSALS,
    ),
    Operation(
        "post",
        "api/session/stop",
        "Stop for good, the answers kept or erased",
        STATE,
        bodies.StopBody,
        refusals=STEP_REFUSALS,
    ),
)


@participant.get("/<study_id>/api/openapi.json")
def openapi(study_id: str) -> ResponseReturnValue:
    """The document, with the study's own address in it."""
    with database().read() as db:
        title = get_study(db, study_id).title
    return jsonify(
        make_document(url_for("participant.landing", study_id=study_id), title)
    )


def make_document(address: str, title: str) -> dict[str, Any]:
    """The whole document.

    Args:
        address: of the study, ending in a slash.
    """
    models: set[type[BaseModel]] = {*_models(), answers.Refusal}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema(
        [(model, "validation") for model in ordered], ref_template=SCHEMA_PLACE
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(f"/{operation.path}", {})[operation.method] = _described(
            operation
        )
    paths["/image/{image_id}"] = {"get": _picture()}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": API_VERSION, "description": PURPOSE},
        "servers": [{"url": address.rstrip("/")}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"participant": {"type": "http", "scheme": "bearer"}},
        },
    }


def _models() -> set[type[BaseModel]]:
    sent = {operation.body for operation in OPERATIONS if operation.body}
    return sent | {model for operation in OPERATIONS for model in operation.answer}


def _described(operation: Operation) -> dict[str, Any]:
    refusals = (*operation.refusals, *(OF_POSTS if operation.method == "post" else ()))
    codes = {
        code: _reply(MEANINGS.get(code, "Refused"), answers.Refusal)
        for code in sorted((*refusals, "503"))
    }
    for code in codes.keys() & RETRIED:
        codes[code]["headers"] = RETRY_AFTER
    described: dict[str, Any] = {
        "operationId": _name(operation),
        "summary": operation.summary,
        "security": [{"participant": []}] if operation.needs_session else [],
        "responses": {
            operation.success: _reply(operation.summary, *operation.answer),
            **codes,
        },
    }
    if operation.takes_key:
        described["parameters"] = [IDEMPOTENCY_KEY]
    if operation.body is not None:
        described["requestBody"] = {"required": True, **_json(operation.body)}
    return described


def _name(operation: Operation) -> str:
    return "_".join(
        (operation.method, *operation.path.replace("-", "/").split("/")[1:])
    )


def _reply(summary: str, *models: type[BaseModel]) -> dict[str, Any]:
    return {"description": summary, **_json(*models)}


def _json(*models: type[BaseModel]) -> dict[str, Any]:
    places = [{"$ref": SCHEMA_PLACE.format(model=m.__name__)} for m in models]
    schema = places[0] if len(places) == 1 else {"oneOf": places}
    return {"content": {"application/json": {"schema": schema}}}


def _picture() -> dict[str, Any]:
    return {
        "operationId": "get_image",
        "summary": "An image of one of the next five trials",
        "security": [{"participant": []}],
        "parameters": [
            {
                "name": "image_id",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            }
        ],
        "responses": {
            "200": {"description": "The image", "content": {"image/png": {}}},
            "404": {"description": "No image of this session's next trials"},
        },
    }
