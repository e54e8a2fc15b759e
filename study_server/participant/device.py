"""The page that looks whether this browser can show the pictures."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from study_server.current import now
from study_server.design.definition import StudyDefinition
from study_server.models import StudySession
from study_server.participant.blueprint import participant
from study_server.participant.enrolling import give_plan
from study_server.participant.showing import show_session
from study_server.participant.sitting import answer_on, go_to
from study_server.services.device import (
    DeviceReport,
    give_up_device_check,
    pass_device_check,
)
from study_server.services.script import move_on

MAX_PX = 100_000


@participant.route("/<study_id>/device", methods=["GET", "POST"])
def device(study_id: str) -> ResponseReturnValue:
    """Look at what the browser can do; go on, try again, or end here."""

    def answer(
        db: Session, session: StudySession, definition: StudyDefinition
    ) -> ResponseReturnValue:
        if request.form.get("act") == "cannot":
            give_up_device_check(session, ended_at=now())
            return go_to(session, study_id)
        fault = None
        if request.method == "POST":
            report = read_report()
            if pass_device_check(session, report, definition.display, checked_at=now()):
                give_plan(db, session)
                move_on(db, session, definition, left_at=now())
                return go_to(session, study_id)
            fault = fault_of(report)
        page = show_session(
            db, session, "device", display=definition.display, fault=fault
        )
        return page, 422 if fault else 200

    return answer_on(study_id, "device", answer)


def read_report() -> DeviceReport:
    """What the page's script put into the form."""

    def is_yes(name: str) -> bool:
        return request.form.get(name) == "yes"

    return DeviceReport(
        has_modules=is_yes("has_modules"),
        has_decode=is_yes("has_decode"),
        has_pointer_events=is_yes("has_pointer_events"),
        has_outbox=is_yes("has_outbox"),
        window_width_px=_pixels("window_width_px"),
        window_height_px=_pixels("window_height_px"),
    )


def fault_of(report: DeviceReport) -> str:
    """Which of the page's messages says what is missing."""
    if not report.has_modules:
        return "needs_script"
    return "small" if report.can_show_trials else "old_browser"


def _pixels(name: str) -> int | None:
    text = request.form.get(name, "")
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return min(int(text), MAX_PX)
    return None
