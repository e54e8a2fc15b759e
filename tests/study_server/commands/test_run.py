"""The server as its own process."""

import time
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
