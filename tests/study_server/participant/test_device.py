"""The device check (3.18) and the window (3.19)."""

import pytest

from study_server.models import Outcome, OutcomeReason, Stage
from tests.study_server.participant.conftest import MakeApp
from tests.study_server.participant.records import only_session
from tests.study_server.participant.visitor import BASE, Visitor

SMALL = {"window_width_px": "320", "window_height_px": "568"}


def test_an_able_browser_goes_on_to_the_instructions(visitor: Visitor) -> None:
    visitor.start()

    assert visitor.check_device().location == f"{BASE}/instructions"
    session = only_session(visitor.app)
    assert session.checked_at is not None
    assert (session.window_width_px, session.has_outbox) == (1280, True)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("has_modules", b"need JavaScript"),
        ("has_decode", b"too old"),
        ("has_pointer_events", b"too old"),
    ],
)
def test_a_feature_that_is_missing_is_named_kindly_and_nobody_is_thrown_out(
    visitor: Visitor, missing: str, said: bytes
) -> None:
    visitor.start()

    answer = visitor.check_device(**{missing: ""})

    assert answer.status_code == 422
    assert said in answer.data
    assert only_session(visitor.app).stage == Stage.DEVICE
    assert visitor.check_device().status_code == 303


def test_a_browser_without_outbox_takes_part(visitor: Visitor) -> None:
    visitor.start()

    assert visitor.check_device(has_outbox="no").status_code == 303
    assert only_session(visitor.app).has_outbox is False


def test_who_cannot_change_the_device_ends_with_a_code_and_frees_the_slot(
    make_app: MakeApp,
) -> None:
    app = make_app(outcomes=[{"name": "screened_out", "code": "SCREEN-1"}])
    visitor = Visitor(app)
    visitor.start()
    visitor.get("/device")

    answer = visitor.post("/device", act="cannot")

    assert answer.location == f"{BASE}/screened-out"
    page = visitor.get("/screened-out").data
    assert b"SCREEN-1" in page
    assert b"cannot be shown on this device" in page
    session = only_session(app)
    assert (session.outcome, session.outcome_reason, session.holds_slot) == (
        Outcome.SCREENED_OUT,
        OutcomeReason.DEVICE,
        False,
    )


@pytest.mark.parametrize(
    ("gate", "status"), [("off", 303), ("warn", 303), ("block", 422)]
)
def test_a_small_window_is_flagged_and_stops_only_where_the_study_says_so(
    make_app: MakeApp, gate: str, status: int
) -> None:
    app = make_app(display={"window_gate": gate})
    visitor = Visitor(app)
    visitor.start()

    answer = visitor.check_device(**SMALL)

    assert answer.status_code == status
    assert only_session(app).is_small_at_check is True
    if gate == "block":
        assert b"1280 by 720" in answer.data
        assert visitor.check_device().status_code == 303
        assert only_session(app).is_small_at_check is False


def test_the_name_of_the_browser_changes_nothing(visitor: Visitor) -> None:
    visitor.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/1.0 (very old)"
    visitor.start()

    assert visitor.check_device().status_code == 303
