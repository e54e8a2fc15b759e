"""Whether a browser can show the study, by what it can do. No Flask.

Nothing is read from the browser's name: what counts is what its own script found.
"""

from dataclasses import dataclass
from datetime import datetime

from study_server.design.parts.display import DisplayPart
from study_server.models import Outcome, OutcomeReason, Stage, StudySession
from study_server.services.endings import end


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceReport:
    """What the page's script found; all false and None without a script."""

    has_modules: bool
    """A script module ran."""

    has_decode: bool
    """Images can be decoded before they are shown."""

    has_pointer_events: bool
    """Mouse, touch and pen report in one way."""

    has_outbox: bool
    """IndexedDB can be opened; without it answers wait for their acknowledgement."""

    window_width_px: int | None
    window_height_px: int | None
    """In CSS px."""

    @property
    def can_show_trials(self) -> bool:
        """Whether everything is there that a trial needs."""
        return self.has_modules and self.has_decode and self.has_pointer_events


def is_small(report: DeviceReport, display: DisplayPart) -> bool:
    """Whether the window is smaller than the study asks for, or unknown."""
    width, height = report.window_width_px, report.window_height_px
    if width is None or height is None:
        return True
    too_narrow = width < display.min_window_width_px
    return too_narrow or height < display.min_window_height_px


def pass_device_check(
    session: StudySession,
    report: DeviceReport,
    display: DisplayPart,
    *,
    checked_at: datetime,
) -> bool:
    """Store what was found; whether the session may go on."""
    if session.stage != Stage.DEVICE:
        return False
    session.window_width_px = report.window_width_px
    session.window_height_px = report.window_height_px
    session.has_outbox = report.has_outbox
    session.is_small_at_check = is_small(report, display)
    session.last_seen_at = checked_at
    if not report.can_show_trials:
        return False
    if session.is_small_at_check and display.window_gate == "block":
        return False
    session.checked_at = checked_at
    return True


def give_up_device_check(session: StudySession, *, ended_at: datetime) -> None:
    """The participant cannot change what is missing."""
    if session.stage == Stage.DEVICE:
        end(session, Outcome.SCREENED_OUT, OutcomeReason.DEVICE, ended_at=ended_at)
