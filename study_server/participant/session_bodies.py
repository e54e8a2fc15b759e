"""The JSON bodies of a session's own steps, checked before anything else sees them."""

from typing import Annotated, Literal, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from study_server.errors import ResponseRefusedError

Pixels = Annotated[int, Field(ge=0, le=100_000)]
Body = TypeVar("Body", bound="StrictBody")


class StrictBody(BaseModel):
    """A body whose every key is known."""

    model_config = ConfigDict(
        extra="forbid", strict=True, use_attribute_docstrings=True
    )


class StartBody(StrictBody):
    """The consent."""

    consent: Literal[True]
    """That the participant read the consent text and agrees."""

    language: Annotated[str, Field(max_length=40)] | None = None
    """In which it was read. None: the study's own."""

    parameters: Annotated[
        dict[
            Annotated[str, Field(max_length=100)],
            Annotated[str, Field(max_length=200)],
        ],
        Field(max_length=40),
    ] = Field(default_factory=dict)
    """Of the link that the participant came by, as they stand there: the platform's
    ids, or `link` with the secret of a personal link."""


class DeviceBody(StrictBody):
    """What the participant's device can do."""

    has_modules: bool
    """Scripts run at all."""

    has_decode: bool
    """Images can be decoded before they are shown."""

    has_pointer_events: bool
    """Mouse, touch and pen report in one way."""

    has_outbox: bool
    """Answers not sent yet survive a closed window."""

    window_width_px: Pixels | None
    window_height_px: Pixels | None
    """In CSS px; None: unknown."""


class TurnBody(StrictBody):
    """A page of the instructions is turned."""

    turn: Literal["on", "back"] = "on"


class ComprehensionAnswers(StrictBody):
    """One try at the questions on the instructions."""

    answers: Annotated[
        tuple[Annotated[int, Field(ge=1, le=6)], ...],
        Field(max_length=20, strict=False),
    ]
    """The answer to each item, from 1."""


class Answers(StrictBody):
    """Answers to the study's own questions."""

    answers: dict[str, Annotated[str, Field(max_length=10_000)]]
    """Name of the question to a level, or to the participant's words."""

    pasted: Annotated[
        tuple[Annotated[str, Field(max_length=200)], ...],
        Field(max_length=100, strict=False),
    ] = ()
    """Names of the questions whose words were pasted, at least in part."""


class StopBody(StrictBody):
    """The participant stops."""

    wish: Literal["keep", "erase"]
    """What becomes of the answers."""


def read_body(kind: type[Body]) -> Body:
    """The body of the request.

    Raises:
        ResponseRefusedError: names each field that is missing or wrong.
    """
    try:
        return kind.model_validate_json(request.get_data())
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise ResponseRefusedError("; ".join(faults)) from error
