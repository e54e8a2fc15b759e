"""The server as its own process."""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest

from study_server.db import Database
from study_server.services.backups import list_backups, verify_backup
from study_server.services.landings import n_landed
from tests.study_server.commands.serving import serving

pytestmark = pytest.mark.usefixtures("study")


def test_the_server_prints_its_address_and_answers(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as url, httpx.Client(trust_env=False) as browser:
        answer = browser.get(f"{url}/admin/login")

    assert answer.status_code == 200


def test_whoever_lands_is_counted_by_every_process_within_seconds(
    tmp_path: Path,
) -> None:
    """7.1; whichever process showed the page, and though nobody comes after."""
    with serving(tmp_path / "data") as url:
        for _ in range(6):
            headers = {"User-Agent": "Mozilla/5.0"}
            with httpx.Client(trust_env=False, headers=headers) as browser:
                assert browser.get(f"{url}/s/tiny/").status_code == 200
        database = Database(f"sqlite:///{tmp_path}/data/study.sqlite3")
        give_up_at = time.monotonic() + 5
        while count_landed(database) < 6 and time.monotonic() < give_up_at:
            time.sleep(0.1)
        assert count_landed(database) == 6
        database.close()


def count_landed(database: Database) -> int:
    with database.read() as db:
        return n_landed(db, "tiny")


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


def test_a_request_that_is_under_way_is_answered_before_the_server_ends(
    tmp_path: Path,
) -> None:
    """9.3: SIGTERM comes in the middle of a form."""
    with serving(tmp_path / "data") as url:
        host, port = url.removeprefix("http://").split(":")
        connection = socket.create_connection((host, int(port)), timeout=10)
        connection.sendall(
            b"POST /s/tiny/start HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Expect: 100-continue\r\n\r\n"
        )
        go_on = connection.recv(64)  # the request has reached a thread
        assert go_on == b"HTTP/1.1 100 Continue\r\n\r\n"
        ending = Thread(target=finish, args=(connection, b"consent=yes"))
        ending.start()
    ending.join()
    with connection:
        assert connection.recv(12) == b"HTTP/1.1 400"  # a form without our token


def finish(connection: socket.socket, rest: bytes) -> None:
    """The body of a request, after the server was told to stop."""
    time.sleep(1)
    connection.sendall(rest)


def test_who_stops_in_the_middle_of_sending_holds_nobody_up(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as url:
        sessions = f"{url}/s/tiny/api/session"
        begun = httpx.post(sessions, json={"consent": True})
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port)) as slow:
            slow.sendall(
                b"POST /s/tiny/api/session/device HTTP/1.1\r\nHost: x\r\n"
                b"Authorization: Bearer " + begun.json()["token"].encode() + b"\r\n"
                b"Content-Type: application/json\r\nContent-Length: 99\r\n"
                b"Expect: 100-continue\r\n\r\n"
            )
            assert slow.recv(64).startswith(b"HTTP/1.1 100")  # it is waited for

            other = httpx.post(sessions, json={"consent": True}, timeout=10)

        assert (begun.status_code, other.status_code) == (201, 201)


def test_backups_are_written_beside_the_server(tmp_path: Path) -> None:
    """4.13"""
    folder = tmp_path / "backups"

    with serving(tmp_path / "data", "--backups", str(folder)):
        for _ in range(300):
            if list_backups(folder):
                break
            time.sleep(0.1)

    (path,) = list_backups(folder)
    assert verify_backup(path).n_rows["study"] == 1


@pytest.mark.parametrize(
    ("option", "value"), [("--workers", 0), ("--backup-every", 0), ("--keep", 0)]
)
def test_settings_that_cannot_be_kept_to_are_refused(
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    option: str,
    value: int,
) -> None:
    assert run("run", "--port", 0, option, value) == 1

    assert "got 0" in capsys.readouterr().err
