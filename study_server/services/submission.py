"""One answer as a browser measured it. Pure."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmittedEvent:
    """Something that happened to the page; `models/page_event.py` has the meanings."""

    event: str
    start_ms: float
    duration_ms: float
    started_at: datetime
    value: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """See the export format for the fields; `events` have a table of their own."""

    response_id: str
    trial_id: str
    choice: str | None
    confidence: int | None
    rating: int | None
    rt_ms: float
    panel_onset_ms: float | None
    onset_ms: float
    response_ms: float
    unlocked_ms: float | None
    frame_interval_ms: float | None
    onset_method: str
    input_modality: str
    hidden_ms: float
    blurred_ms: float
    n_resizes: int
    n_fullscreen_exits: int
    n_onsets: int
    viewport_width_px: int | None
    viewport_height_px: int | None
    device_pixel_ratio: float | None
    is_fullscreen: bool | None
    is_small_window: bool | None
    automation_signals: tuple[str, ...]
    shown_at: datetime | None
    events: tuple[SubmittedEvent, ...] = ()

    def answer(self) -> dict[str, Any]:
        """The fields of the response itself, its events apart."""
        names = [field.name for field in fields(self) if field.name != "events"]
        values = {name: getattr(self, name) for name in names}
        return {**values, "automation_signals": list(self.automation_signals)}
