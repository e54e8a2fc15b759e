"""The server as its own process."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.study_server.commands.serving import serving

pytestmark = pytest.mark.usefixtures("study")


def test_the_server_prints_its_address_and_answers(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as url, httpx.Client(trust_env=False) as browser:
        answer = browser.get(f"{url}/admin/login")

    assert answer.status_code == 200


def test_a_connection_stays_open_and_does_not_hold_up_the_end(
    tmp_path: Path,
) -> None:
    with httpx.Client(trust_env=False) as browser:
        with serving(tmp_path / "data") as url:
            sockets = set()
            for _ in range(2):
                with browser.stream("GET", f"{url}/admin/login") as answer:
                    stream = answer.extensions["network_stream"]
                    sockets.add(stream.get_extra_info("client_addr"))
                    answer.read()
            told_to_stop = time.monotonic()
        assert time.monotonic() - told_to_stop < 10

    assert len(sockets) == 1


def test_an_address_that_cannot_be_served_on_is_named(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run("run", "--port", taken.getsockname()[1]) == 1
    assert run("run", "--port", 99_999) == 1
    assert run("run", "--host", "203.0.113.7", "--port", 0) == 1

    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 3
    assert all("choose another with --host and --port" in line for line in errors)


def test_no_threads_are_refused(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("run", "--port", 0, "--threads", 0) == 1

    assert "threads must be at least 1; got 0" in capsys.readouterr().err
