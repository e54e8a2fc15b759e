"""The JSON body of a response, checked before anything else sees it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from study_server.errors import ResponseRefusedError
from study_server.services.responses import Submission

PageClockMs = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Pixels = Annotated[int, Field(ge=0, le=100_000)]
UUID_PATTERN = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class SubmittedResponse(BaseModel):
    """One answer; names, units and levels are those of the export."""

    model_config = ConfigDict(extra="forbid", strict=True)

    response_id: Annotated[str, Field(pattern=UUID_PATTERN)]
    trial_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    choice: Literal["left", "right"]
    confidence: Annotated[int, Field(ge=1, le=3)]
    rt_ms: PageClockMs
    panel_onset_ms: PageClockMs | None = None
    onset_ms: PageClockMs
    response_ms: PageClockMs
    frame_interval_ms: PageClockMs | None = None
    onset_method: Literal["raf_after_decode", "fallback", "simulated"]
    input_modality: Literal["mouse", "touch", "pen", "keyboard", "simulated"]
    hidden_ms: PageClockMs = 0.0
    n_onsets: Annotated[int, Field(ge=1, le=10_000)] = 1
    viewport_width_px: Pixels | None = None
    viewport_height_px: Pixels | None = None
    device_pixel_ratio: (
        Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None
    ) = None


def read_submission(body: bytes) -> Submission:
    """The answer in a request's body.

    Raises:
        ResponseRefusedError: names each field that is missing or wrong.
    """
    try:
        submitted = SubmittedResponse.model_validate_json(body)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise ResponseRefusedError("; ".join(faults)) from error
    return Submission(**submitted.model_dump())
