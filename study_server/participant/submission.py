"""The JSON body of a response, checked before anything else sees it."""

import json
from typing import Annotated, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from study_server.errors import ResponseRefusedError
from study_server.services.submission import Submission, SubmittedEvent

DurationMs = Annotated[float, Field(ge=0, le=1e10, allow_inf_nan=False)]
PageClockMs = Annotated[float, Field(ge=-1e10, le=1e10, allow_inf_nan=False)]
"""Before zero lies what was measured before the page was reloaded."""
Count = Annotated[int, Field(ge=0, le=100_000)]
Pixels = Annotated[int, Field(ge=0, le=100_000)]
Body = TypeVar("Body", bound=BaseModel)
UUID_PATTERN = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PageEventBody(_Strict):
    """One event of the page during the trial or in the pause before it."""

    event: Literal["hidden", "blurred", "resize", "zoom", "fullscreen"]
    start_ms: PageClockMs
    duration_ms: DurationMs
    started_at: AwareDatetime
    value: Annotated[str, Field(max_length=40)] | None = None


class SubmittedResponse(_Strict):
    """One answer; names, units and levels are those of the export."""

    response_id: Annotated[str, Field(pattern=UUID_PATTERN)]
    trial_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    choice: Literal["left", "right"] | None = None
    confidence: Annotated[int, Field(ge=1, le=3)] | None = None
    rating: Annotated[int, Field(ge=0, le=100)] | None = None
    rt_ms: DurationMs
    panel_onset_ms: PageClockMs | None = None
    onset_ms: PageClockMs
    response_ms: PageClockMs
    unlocked_ms: PageClockMs | None = None
    frame_interval_ms: DurationMs | None = None
    onset_method: Literal["raf_after_decode", "fallback", "simulated"]
    input_modality: Literal["mouse", "touch", "pen", "keyboard", "simulated"]
    hidden_ms: DurationMs = 0.0
    blurred_ms: DurationMs = 0.0
    n_resizes: Count = 0
    n_fullscreen_exits: Count = 0
    n_onsets: Annotated[int, Field(ge=1, le=10_000)] = 1
    viewport_width_px: Pixels | None = None
    viewport_height_px: Pixels | None = None
    device_pixel_ratio: (
        Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None
    ) = None
    is_fullscreen: bool | None = None
    is_small_window: bool | None = None
    automation_signals: Annotated[
        tuple[Literal["untrusted_event", "webdriver", "no_pointer_path"], ...],
        Field(max_length=3, strict=False),
    ] = ()
    shown_at: AwareDatetime | None = None
    events: Annotated[
        tuple[PageEventBody, ...], Field(max_length=200, strict=False)
    ] = ()


class ImagesMissing(_Strict):
    """A report that images of a trial cannot be loaded."""

    trial_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    n_postponed: Count


def read_submission(body: bytes) -> Submission:
    """The answer in a request's body.

    Raises:
        ResponseRefusedError: names each field that is missing or wrong.
    """
    submitted = _checked(SubmittedResponse, body)
    values = submitted.model_dump(exclude={"events"})
    events = tuple(SubmittedEvent(**event.model_dump()) for event in submitted.events)
    return Submission(**values, events=events)


def read_trial_id(body: bytes) -> str | None:
    """The trial that a body speaks of, however wrong the rest of it is."""
    try:
        content = json.loads(body)
    except ValueError:
        return None
    trial_id = content.get("trial_id") if isinstance(content, dict) else None
    return trial_id if isinstance(trial_id, str) else None


def read_images_missing(body: bytes) -> ImagesMissing:
    """The report in a request's body.

    Raises:
        ResponseRefusedError: names each field that is missing or wrong.
    """
    return _checked(ImagesMissing, body)


def _checked(kind: type[Body], body: bytes) -> Body:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise ResponseRefusedError("; ".join(faults)) from error
