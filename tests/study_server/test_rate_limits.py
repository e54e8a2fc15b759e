"""Who asks too often is told when to come again; a lecture hall is not."""

from pathlib import Path

from study_server.rate_limits import ARRIVALS, LIMITED, LOGINS, PROGRAMS, Buckets, Limit
from tests.study_server.admin.conftest import csrf_token
from tests.study_server.admin.panel import database_of, make_panel
from tests.study_server.study_fixture import STUDY_ID

SMALL = Limit(per_s=2.0, burst=3.0)


def test_a_burst_is_let_in_and_then_a_steady_rate() -> None:
    now = [0.0]
    buckets = Buckets(lambda: now[0])

    waits = [buckets.wait_s(SMALL, "a") for _ in range(4)]
    now[0] = 0.5  # one more is due after half a second
    later = [buckets.wait_s(SMALL, "a") for _ in range(2)]

    assert waits == [0, 0, 0, 0.5]
    assert later == [0, 0.5]
    assert buckets.wait_s(SMALL, "b") == 0


def test_a_long_pause_saves_up_no_more_than_a_burst() -> None:
    now = [0.0]
    buckets = Buckets(lambda: now[0])
    buckets.wait_s(SMALL, "a")

    now[0] = 1e6

    assert [buckets.wait_s(SMALL, "a") > 0 for _ in range(4)] == [False] * 3 + [True]


def test_five_hundred_people_behind_one_address_arrive_within_a_second() -> None:
    """9.1: each asks for the first page twice and presses Start."""
    buckets = Buckets(lambda: 0.0)

    assert not any(buckets.wait_s(ARRIVALS, "campus") for _ in range(3 * 500))


def test_every_limit_is_one_of_a_request_that_there_is(tmp_path: Path) -> None:
    app = make_panel(tmp_path)
    asked = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }

    assert set(LIMITED) <= asked
    database_of(app).close()


def test_who_tries_passwords_without_a_pause_is_told_to_wait(tmp_path: Path) -> None:
    """Whatever the name: each account has a throttle of its own besides."""
    app = make_panel(tmp_path)
    client = app.test_client()
    token = csrf_token(client, "/admin/login")

    answers = [
        client.post("/admin/login", data={"csrf_token": token, "name": f"n{k}"})
        for k in range(int(LOGINS.burst) + 5)
    ]

    assert answers[0].status_code != 429
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "1"
    database_of(app).close()


def test_a_program_that_asks_too_often_is_told_when_to_come_again(
    tmp_path: Path,
) -> None:
    app = make_panel(tmp_path)
    client = app.test_client()
    path = f"/api/studies/{STUDY_ID}"

    for _ in range(int(PROGRAMS.burst)):
        assert client.get(path).status_code == 401
    answers = [client.get(path) for _ in range(20)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
    other = client.get(path, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert other.status_code == 401
    database_of(app).close()
