"""F1 to F4: a server that dies, replies that get lost, a network that repeats."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import httpx
import pytest
from flask import Flask

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.models import Response, Trial
from tests.browser.server_process import ServerProcess
from tests.study_server.faults import oracle
from tests.study_server.faults.faulty_link import FaultyLink
from tests.study_server.faults.sender import Sender
from tests.study_server.faults.wsgi import DROP_EVERY, KILL_EVERY
from tests.study_server.participant.records import rows
from tests.study_server.participant.visitor import BASE
from tests.study_server.study_fixture import make_study

N_SENDERS = 3
N_TRIALS = 16
APP = "tests.study_server.faults.wsgi:make_faulty_app()"


@pytest.fixture
def config(tmp_path: Path) -> ServerConfig:
    config = ServerConfig(data_dir=tmp_path / "data")
    config.data_dir.mkdir()
    make_study(config, tmp_path)
    return config


@pytest.fixture
def database(config: ServerConfig) -> Iterator[Database]:
    database = Database(config.resolved_database_url)
    yield database
    database.close()


def all_take_the_study(server: ServerProcess) -> list[Sender]:
    """Several at once; each repeats what fails until it is answered."""

    def take(_: int) -> Sender:
        with httpx.Client(base_url=f"{server.url}{BASE}/", timeout=5) as http:
            sender = Sender(http=http)
            sender.take_study()
            return sender

    with ThreadPoolExecutor(N_SENDERS) as pool:
        return list(pool.map(take, range(N_SENDERS)))


def check(database: Database, senders: list[Sender]) -> None:
    acknowledged = {k: v for each in senders for k, v in each.acknowledged.items()}

    stored = oracle.check(database, acknowledged)

    assert len(acknowledged) == N_SENDERS * N_TRIALS
    assert stored == acknowledged.keys()


def test_f1_a_server_killed_at_any_point_loses_nothing(
    config: ServerConfig, database: Database
) -> None:
    """F1: also between COMMIT and reply, where it kills itself at every 15th answer."""
    server = ServerProcess(config.data_dir, app=APP, environment={KILL_EVERY: "15"})
    server.start()
    is_over = threading.Event()
    n_lives = [1]

    def keep_alive() -> None:
        killed_at = time.monotonic() + 1
        while not is_over.wait(0.05):
            if n_lives[0] == 1 and time.monotonic() > killed_at:
                server.kill()  # wherever it is
            if not server.is_alive():
                n_lives[0] += 1
                server.start()

    keeper = threading.Thread(target=keep_alive)
    keeper.start()
    try:
        senders = all_take_the_study(server)
    finally:
        is_over.set()
        keeper.join()
        server.kill()

    check(database, senders)
    assert n_lives[0] > 3


def test_f2_a_reply_dropped_after_the_commit_is_given_again(
    config: ServerConfig, database: Database
) -> None:
    """F2: the second request gets the first acknowledgement."""
    server = ServerProcess(config.data_dir, app=APP, environment={DROP_EVERY: "3"})
    server.start()
    try:
        senders = all_take_the_study(server)
    finally:
        server.kill()

    check(database, senders)
    assert sum(sender.n_repeats for sender in senders) > N_TRIALS


@pytest.mark.parametrize("rng_seed", [1, 2])
def test_f3_requests_repeated_reordered_and_delayed_are_stored_once(
    config: ServerConfig, database: Database, rng_seed: int
) -> None:
    """F3: a proxy sends each answer up to three times, late, in any order."""
    from study_server import create_app

    app: Flask = create_app(config)
    link = FaultyLink(app, Random(rng_seed))
    with httpx.Client(base_url=f"http://test{BASE}/", transport=link) as http:
        sender = Sender(http=http)
        sender.begin()
        while "next" not in (trial := sender.ask("GET", "api/trial").json()):
            held = [trial, *trial["upcoming"]]
            with ThreadPoolExecutor(5) as pool:
                list(pool.map(sender.answer, held))
    link.finish()

    stored = oracle.check(database, sender.acknowledged)

    assert stored == sender.acknowledged.keys()
    assert len(stored) == len(rows(app, Trial)) == len(rows(app, Response))
    assert link.n_sent > 1.5 * N_TRIALS
    assert link.answers_differed == []


def test_f4_a_body_too_large_is_refused_and_what_follows_is_stored(
    config: ServerConfig, database: Database
) -> None:
    """F4, 8.8: 413 from the server itself; bursts of it are met in the browser."""
    from study_server import create_app

    transport = httpx.WSGITransport(app=create_app(config))
    with httpx.Client(base_url=f"http://test{BASE}/", transport=transport) as http:
        sender = Sender(http=http)
        sender.begin()
        trial = sender.ask("GET", "api/trial").json()
        refused = http.post("api/responses", content=os.urandom(70_000))
        sender.answer(trial)

    assert refused.status_code == 413
    assert oracle.check(database, sender.acknowledged) == sender.acknowledged.keys()
