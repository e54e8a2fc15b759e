"""A bad connection does what it says, over real sockets."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

import pytest

from study_server.endurance.faults import FaultRates, FaultyLink, Weather
from study_server.endurance.ledger import Ledger
from study_server.endurance.link import LinkError, SocketLink

NO_FAULTS = {
    "request_dropped": 0.0,
    "answer_dropped": 0.0,
    "duplicated": 0.0,
    "late_copy": 0.0,
    "delayed": 0.0,
    "answered_5xx": 0.0,
}


class Counting(ThreadingHTTPServer):
    """Answers everything, and counts what arrived."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.n_arrived = 0
        self.arrival = threading.Condition()

    def handle_error(self, *_: object) -> None:
        """Whoever hangs up early is meant to."""

    def wait_for(self, n_arrived: int) -> None:
        """Until so many requests came."""
        with self.arrival:
            came = self.arrival.wait_for(lambda: self.n_arrived >= n_arrived, 10)
        assert came, f"{self.n_arrived} came"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read it whole, count it, answer."""
        assert isinstance(self.server, Counting)
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.arrival:
            self.server.n_arrived += 1
            self.server.arrival.notify_all()
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def server() -> Iterator[Counting]:
    counting = Counting()
    thread = threading.Thread(
        target=counting.serve_forever, kwargs={"poll_interval": 0.01}
    )
    thread.start()
    yield counting
    counting.shutdown()
    thread.join()
    counting.server_close()


def link_with(server: Counting, weather: Weather, **rates: float) -> FaultyLink:
    url = f"http://127.0.0.1:{server.server_address[1]}"
    chances = FaultRates(**{**NO_FAULTS, **rates})
    return FaultyLink(partial(SocketLink, url), chances, weather, Ledger(), Random(1))


def ask(link: FaultyLink) -> int:
    try:
        return link.ask("POST", "/", b"{}", {}).status
    finally:
        link.close()


def test_without_faults_a_request_arrives_once(server: Counting) -> None:
    assert ask(link_with(server, Weather())) == 200
    assert server.n_arrived == 1


def test_a_dropped_request_never_arrives(server: Counting) -> None:
    with pytest.raises(LinkError):
        ask(link_with(server, Weather(), request_dropped=1.0))
    assert server.n_arrived == 0


def test_a_dropped_answer_is_of_a_request_that_arrived(server: Counting) -> None:
    with pytest.raises(LinkError):
        ask(link_with(server, Weather(), answer_dropped=1.0))
    server.wait_for(1)


@pytest.mark.parametrize("fault", ["duplicated", "late_copy"])
def test_a_copied_request_arrives_twice(server: Counting, fault: str) -> None:
    assert ask(link_with(server, Weather(), **{fault: 1.0})) == 200
    server.wait_for(2)


def test_a_5xx_comes_from_before_the_server(server: Counting) -> None:
    assert ask(link_with(server, Weather(), answered_5xx=1.0)) == 503
    assert server.n_arrived == 0


def test_bad_weather_is_bad_for_everybody(server: Counting) -> None:
    weather = Weather()
    weather.is_offline = True
    with pytest.raises(LinkError):
        ask(link_with(server, weather))
    weather.is_offline, weather.is_5xx_burst = False, True
    assert ask(link_with(server, weather)) == 503
    assert server.n_arrived == 0


def test_rates_are_shares_of_one() -> None:
    with pytest.raises(ValueError, match="more than 1"):
        FaultRates(delayed=0.7, duplicated=0.7)
