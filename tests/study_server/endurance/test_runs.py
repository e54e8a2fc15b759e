"""Short runs of `loadtest` and `chaos` against real servers over real sockets."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from study_server.cli import main
from study_server.db import Database
from study_server.endurance.chaos import ChaosConfig
from study_server.endurance.crowd import Crowd
from study_server.endurance.ground import proving_ground
from study_server.endurance.ledger import Ledger
from study_server.endurance.link import SocketLink
from study_server.endurance.loadtest import LoadConfig
from study_server.endurance.oracle import judge
from study_server.endurance.taker import Pace
from study_server.errors import StudyServerError
from tests.study_server.rows import add_study


def test_a_small_crowd_is_served_without_loss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = "loadtest --participants 8 --pause-s 0.05 --responses 4 --pictures"
    assert main([*arguments.split(), "--json", "--in", str(tmp_path)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["acknowledged"] == found["stored"] == 32
    assert found["lost"] == found["duplicated"] == found["errors"] == 0
    assert found["sessions_completed"] == 8
    assert 0 < found["p50_ms"] <= found["p95_ms"] <= found["p99_ms"] <= found["max_ms"]
    assert found["memory_peak_mb"] > 10
    assert not list(tmp_path.iterdir()), "nothing is left behind"


def test_a_run_that_is_ended_takes_its_server_and_data_along(tmp_path: Path) -> None:
    arguments = f"loadtest --participants 2 --pause-s 30 --in {tmp_path}"
    command = [sys.executable, "-m", "study_server", *arguments.split()]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while not (logs := list(tmp_path.glob("*/endurance.log"))):
        assert run.poll() is None, "it has ended by itself"
        time.sleep(0.05)

    run.terminate()
    run.communicate(timeout=60)

    assert run.returncode == 130
    assert not logs[0].parent.exists()
    assert not any(str(tmp_path) in command for command in running_commands())


def running_commands() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            yield path.read_text(errors="replace")


def test_a_bound_that_is_exceeded_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = "loadtest --participants 1 --pause-s 0 --responses 1 --max-p99-ms 0.001"
    assert main([*arguments.split(), "--in", str(tmp_path)]) == 1
    assert "p99 is" in capsys.readouterr().err


def test_several_processes_share_one_file_of_sqlite(tmp_path: Path) -> None:
    """9.7: slower, but nothing is lost, doubled or refused."""
    ledger = Ledger()
    with proving_ground(
        database_url=None, n_slots=8, n_trials=6, parent=tmp_path, n_workers=3
    ) as ground:
        crowd = Crowd(
            lambda _: SocketLink(ground.server.url),
            ground.config.simulation_key(),
            ledger,
            rng_seed=1,
            pace=Pace(pause_s=0, loads_pictures=False),
            is_over=lambda: False,
        )
        crowd.take_one_each(8, when_enrolled=lambda _: None)
        verdict = judge(ledger, ground.database)
        n_processes = len(ground.server.worker_pids())

    assert n_processes == 3
    assert verdict.is_clean, verdict
    assert verdict.acknowledged == verdict.stored == 8 * 6
    assert ledger.errors == []
    assert ledger.counts["retries"] == 0


def test_nothing_is_lost_while_everything_is_killed(
    tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """4.14, F1 to F4, F11: in small; `chaos --responses 100000` in full."""
    arguments = "chaos --responses 90 --kills 3 --participants 8 --json"
    is_sqlite = database_url.startswith("sqlite")
    place = ["--in", str(tmp_path)] if is_sqlite else ["--database", database_url]
    assert main([*arguments.split(), *place]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["acknowledged"] >= 90
    assert found["stored"] >= found["acknowledged"]
    assert found["lost"] == found["duplicated"] == found["errors"] == 0
    assert found["kills"] == 3
    assert {"kill_all", "kill_workers", "kill_master"} < found["faults"].keys()
    assert {"spell_offline", "spell_5xx"} < found["faults"].keys()
    assert ("spell_full_disk" in found["faults"]) == is_sqlite
    assert found["integrity"] == ("ok" if is_sqlite else "checked as read")


def test_a_database_in_use_is_not_filled_with_answers_of_nobody(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database(database_url)
    database.prepare()
    with database.write() as db:
        add_study(db)
    database.close()
    assert main(["chaos", "--database", database_url]) == 1
    assert "holds 1 studies" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"n_participants": 0}, "n_participants must be at least 1; got 0"),
        ({"pause_s": -1.0}, "pause_s must be at least 0"),
        ({"minutes": 0.0}, "minutes must be above 0"),
    ],
)
def test_a_load_that_cannot_be_is_refused(
    values: dict[str, float], message: str
) -> None:
    with pytest.raises(StudyServerError, match=message):
        LoadConfig(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"n_responses": 0}, "n_responses must be at least 1; got 0"),
        ({"n_kills": -1}, "n_kills must not be negative"),
        ({"limit_minutes": 0.0}, "limit_minutes must be above 0"),
    ],
)
def test_chaos_that_cannot_be_is_refused(
    values: dict[str, float], message: str
) -> None:
    with pytest.raises(StudyServerError, match=message):
        ChaosConfig(**values)  # type: ignore[arg-type]
