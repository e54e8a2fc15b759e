"""The API client, against a platform played by a function (6.5)."""

from collections.abc import Callable
from random import Random

import httpx
import pytest

from study_server.errors import RecruitmentError
from study_server.recruitment.prolific_api import MOST_TRIES, ProlificApi

Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler, pauses: list[float]) -> ProlificApi:
    return ProlificApi(
        "tok",
        sleep=pauses.append,
        rng=Random(1),
        transport=httpx.MockTransport(handler),
    )


def test_who_asks_too_often_waits_longer_each_time() -> None:
    """6.5: 429 means exponential back-off; Retry-After is obeyed."""
    replies = [
        httpx.Response(429),
        httpx.Response(429),
        httpx.Response(503),
        httpx.Response(429, headers={"Retry-After": "30"}),
        httpx.Response(201, json={"value": "the secret"}),
    ]
    pauses: list[float] = []
    api = client(lambda _: replies.pop(0), pauses)

    assert api.create_secret("w1") == "the secret"
    api.close()

    assert 0.75 <= pauses[0] <= 1.25
    assert 1.5 <= pauses[1] <= 2.5
    assert 3 <= pauses[2] <= 5
    assert pauses[3] == 30


def test_a_platform_that_never_answers_is_given_up_with_advice() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    pauses: list[float] = []
    api = client(fail, pauses)

    with pytest.raises(RecruitmentError, match=r"no route.*codes and its CSV"):
        api.create_secret("w1")
    api.close()

    assert len(pauses) == MOST_TRIES - 1


def test_a_refusal_is_not_repeated() -> None:
    asked: list[httpx.Request] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(401, text="bad token")

    api = client(refuse, [])

    with pytest.raises(RecruitmentError, match="is the token right"):
        api.create_secret("w1")
    api.close()

    assert len(asked) == 1
    assert asked[0].headers["Authorization"] == "Token tok"


def test_a_subscription_is_confirmed_with_the_secret_of_its_answer() -> None:
    """6.5: X-Hook-Secret"""
    asked: list[tuple[str, bytes]] = []

    def platform(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, request.content))
        if request.url.path.endswith("/subscriptions/"):
            headers = {"X-Hook-Secret": "hook-secret"}
            return httpx.Response(201, json={"id": "sub9"}, headers=headers)
        return httpx.Response(200, json={})

    api = client(platform, [])

    assert api.subscribe("w1", "submission.status.change", "https://x/") == "sub9"
    api.close()

    path, body = asked[1]
    assert path == "/api/v1/hooks/subscriptions/sub9/"
    assert body == b'{"secret":"hook-secret"}'


def test_all_pages_of_submissions_are_read() -> None:
    def platform(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        link = {"next": {"href": "more" if page < 3 else None}}
        return httpx.Response(200, json={"results": [{"id": page}], "_links": link})

    api = client(platform, [])

    assert [each["id"] for each in api.submissions("st1")] == [1, 2, 3]
    api.close()


def test_completion_codes_are_set_on_a_draft() -> None:
    """6.4"""
    asked: list[httpx.Request] = []

    def platform(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={})

    api = client(platform, [])
    api.set_completion_codes("st1", [{"code": "C", "actions": []}])
    api.close()

    assert (asked[0].method, asked[0].url.path) == ("PATCH", "/api/v1/studies/st1/")
    assert asked[0].content == b'{"completion_codes":[{"code":"C","actions":[]}]}'
