"""Signs of life (2.8)."""

from datetime import timedelta

import pytest

from tests.study_server.participant.conftest import Clock, MakeApp
from tests.study_server.participant.records import only_session
from tests.study_server.participant.visitor import BASE, Visitor


def test_a_page_that_stays_open_is_no_absence(make_app: MakeApp, clock: Clock) -> None:
    """3.14: breaks of any length inside the lease."""
    timing = {"resume_max_age_minutes": 5, "lease_minutes": 60}
    visitor = Visitor(make_app(timing=timing))
    visitor.start()
    visitor.get("/device")

    for _ in range(4):
        clock.ahead += timedelta(minutes=4)
        assert visitor.send({}, to="alive").get_json() == {"is_over": False}

    assert visitor.get("/device").status_code == 200


def test_a_beat_renews_the_last_sign_of_life_and_not_the_lease(
    visitor: Visitor, clock: Clock
) -> None:
    visitor.start()
    visitor.get("/device")
    before = only_session(visitor.app)

    clock.ahead += timedelta(minutes=1)
    visitor.send({}, to="alive")

    after = only_session(visitor.app)
    assert after.last_seen_at - before.last_seen_at >= timedelta(minutes=1)
    assert after.lease_expires_at == before.lease_expires_at


def test_any_page_that_beats_frees_what_has_expired(
    make_app: MakeApp, clock: Clock
) -> None:
    """2.8: within 5 s of the server learning of it; no arrival is needed."""
    app = make_app(timing={"lease_minutes": 30, "resume_max_age_minutes": 90})
    visitor = Visitor(app)
    visitor.start()
    visitor.get("/device")

    clock.ahead += timedelta(minutes=31)
    assert visitor.send({}, to="alive").get_json() == {"is_over": False}

    assert not only_session(app).holds_slot


def test_a_stranger_has_no_session_to_keep_alive(visitor: Visitor) -> None:
    visitor.get()

    assert visitor.send({}, to="alive").status_code == 401


@pytest.mark.parametrize("page", ["/device", "/instructions", "/trial"])
def test_every_page_of_a_session_beats(visitor: Visitor, page: str) -> None:
    visitor.begin() if page == "/trial" else visitor.start()
    if page == "/instructions":
        visitor.check_device()

    shown = visitor.get(page).data.decode()

    assert f'<meta name="heartbeat" content="{BASE}/api/alive"' in shown
    assert "pages/heartbeat.js" in shown
