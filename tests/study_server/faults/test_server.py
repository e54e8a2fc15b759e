"""F1 to F4: a server that dies, replies that get lost, a network that repeats."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.endurance.crowd import Crowd
from study_server.endurance.faults import FaultRates, FaultyLink, Weather
from study_server.endurance.ground import Ground, proving_ground
from study_server.endurance.ledger import Ledger
from study_server.endurance.link import Link, SocketLink
from study_server.endurance.oracle import judge
from study_server.endurance.server import ServerProcess
from study_server.endurance.stimuli import write_plain_bundle
from study_server.endurance.study import STUDY_ID, endurance_study
from study_server.endurance.taker import Pace, Taker
from study_server.scratch import fill
from tests.study_server.endurance.flask_link import FlaskLink
from tests.study_server.faults.failing_server import DROP_EVERY, KILL_EVERY

N_TAKERS = 3
N_TRIALS = 10
AT_ONCE = Pace(pause_s=0.0, loads_pictures=False)
REPEATING = FaultRates(
    duplicated=0.4,
    late_copy=0.4,
    delayed=0.1,
    request_dropped=0.0,
    answer_dropped=0.0,
    answered_5xx=0.0,
)


@contextmanager
def failing_ground(folder: Path) -> Iterator[Ground]:
    """A server that fails as the environment says."""
    with proving_ground(
        database_url=None,
        n_slots=8,
        n_trials=N_TRIALS,
        parent=folder,
        module="tests.study_server.faults.failing_server",
    ) as ground:
        yield ground


def all_take_the_study(ground: Ground) -> Ledger:
    """Several at once; each repeats what fails until it is answered."""
    ledger = Ledger()
    crowd = Crowd(
        lambda _: SocketLink(ground.server.url),
        ground.config.simulation_key(),
        ledger,
        rng_seed=1,
        pace=AT_ONCE,
        is_over=lambda: False,
    )
    crowd.take_one_each(N_TAKERS, when_enrolled=lambda _: None)
    return ledger


def check(ground: Ground, ledger: Ledger) -> None:
    verdict = judge(ledger, ground.database)

    assert verdict.is_clean, verdict
    assert verdict.acknowledged == verdict.stored == N_TAKERS * N_TRIALS
    assert ledger.errors == []
    assert ledger.counts["completed"] == N_TAKERS


@contextmanager
def kept_alive(server: ServerProcess, *, killed_after_s: float) -> Iterator[list[int]]:
    """Killed once wherever it is, and started whenever it is dead; counts its lives."""
    is_over = threading.Event()
    lives = [1]

    def keep() -> None:
        killed_at = time.monotonic() + killed_after_s
        while not is_over.wait(0.05):
            if lives[0] == 1 and time.monotonic() > killed_at:
                server.kill_all()
            if not server.is_alive():
                lives[0] += 1
                server.start()

    keeper = threading.Thread(target=keep)
    keeper.start()
    try:
        yield lives
    finally:
        is_over.set()
        keeper.join()


def test_f1_a_server_killed_at_any_point_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F1: also between COMMIT and reply, where it kills itself at every 14th answer."""
    monkeypatch.setenv(KILL_EVERY, "14")

    with failing_ground(tmp_path) as ground:
        with kept_alive(ground.server, killed_after_s=1) as lives:
            ledger = all_take_the_study(ground)
        check(ground, ledger)

    assert lives[0] > 2


def test_f2_a_reply_dropped_after_the_commit_is_given_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F2: the second request gets the first acknowledgement."""
    monkeypatch.setenv(DROP_EVERY, "3")

    with failing_ground(tmp_path) as ground:
        ledger = all_take_the_study(ground)
        check(ground, ledger)

    assert ledger.counts["retries"] > N_TRIALS


@pytest.fixture
def config(tmp_path: Path) -> ServerConfig:
    """Of a server in this process."""
    config = ServerConfig(data_dir=tmp_path / "data")
    config.data_dir.mkdir()
    bundle = write_plain_bundle(tmp_path, n_features=N_TRIALS)
    fill(config, endurance_study(n_slots=8), bundle)
    return config


@pytest.fixture
def database(config: ServerConfig) -> Iterator[Database]:
    database = Database(config.resolved_database_url)
    yield database
    database.close()


def taker_on(
    link: Link, config: ServerConfig, ledger: Ledger, *, rng_seed: int = 1
) -> Taker:
    """Somebody who stands at the first trial."""
    key = config.simulation_key()
    taker = Taker(link, STUDY_ID, key, ledger, Random(rng_seed))
    taker.enrol()
    return taker


@pytest.mark.parametrize("rng_seed", [1, 2])
def test_f3_requests_repeated_reordered_and_delayed_are_stored_once(
    config: ServerConfig, database: Database, rng_seed: int
) -> None:
    """F3: five answers at a time, each up to twice, late, in any order."""
    ledger, server = Ledger(), FlaskLink(config)
    link = FaultyLink(
        lambda: server,
        REPEATING,
        Weather(),
        ledger,
        Random(rng_seed),
        max_lateness_s=0.1,
    )
    taker = taker_on(link, config, ledger, rng_seed=rng_seed)
    while trials := taker.held_trials():
        with ThreadPoolExecutor(5) as pool:
            list(pool.map(taker.answer, trials))
    taker.finish()
    link.wait_for_copies()

    verdict = judge(ledger, database)

    assert verdict.is_clean, verdict
    assert verdict.acknowledged == verdict.stored == N_TRIALS
    assert ledger.counts["duplicated"] + ledger.counts["late_copy"] > N_TRIALS / 2


def test_f4_a_body_too_large_is_refused_and_what_follows_is_stored(
    config: ServerConfig, database: Database
) -> None:
    """F4, 8.8: 413 from the server itself; bursts of it are met in the browser."""
    ledger, link = Ledger(), FlaskLink(config)
    taker = taker_on(link, config, ledger)

    refused = link.ask("POST", f"/s/{STUDY_ID}/api/responses", os.urandom(70_000), {})
    taker.answer(taker.held_trials()[0])

    verdict = judge(ledger, database)
    assert refused.status == 413
    assert verdict.is_clean, verdict
    assert verdict.acknowledged == verdict.stored == 1
