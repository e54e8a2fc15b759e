"""Simulated participants through a real server, over a real socket."""

import csv
import io
import json
import math
import ssl
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Semaphore
from typing import NamedTuple

import pytest
from sqlalchemy import select

from study_server.cli import main
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.errors import SimulationError
from study_server.models import Outcome, StudySession, StudyStatus
from study_server.services.studies import set_status
from study_server.simulation.answer_key import SessionFacts, read_session
from study_server.simulation.browser import Browser
from study_server.simulation.config import ObserverConfig
from study_server.simulation.participant import Participant
from tests.study_server.bundle_fixture import write_bundle
from tests.study_server.commands.serving import serving

STUDY = """
[study]
study_id = "{study_id}"
title = "A tiny study"
rng_seed = 5
n_slots = 40
estimated_minutes = 3
contact = "lab@example.org"
completion_code = "DONE-123"

[design]
conditions = ["accentuation", "natural"]
practice_features = ["logit:feature-0", "logit:feature-1"]
n_query_pairs = 2
n_panel_tiles = 2

[timing]
panel_min_ms = 8000
instructions_min_ms = 300
"""
OBSERVERS = """
rng_seed = 11
[accuracy]
accentuation = 0.95
natural = 0.60
{more}
"""
ACCURATE = ObserverConfig(rng_seed=1, accuracy={"accentuation": 0.9, "natural": 0.9})


class Running(NamedTuple):
    """A server process and what it works on."""

    url: str
    data: Path
    database: Database


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Four studies on a bundle of 22 features: 20 main trials for each session."""
    folder = tmp_path_factory.mktemp("simulation")
    data = folder / "data"
    bundle = write_bundle(folder, n_features=22, n_tiles=2, image_side_px=16)
    assert main(["import", str(bundle), "--data", str(data)]) == 0
    for study_id in ("planted", "dropouts", "paused", "senders"):
        path = folder / "study.toml"
        path.write_text(STUDY.format(study_id=study_id))
        arguments = ["create", str(path), "--bundle", bundle.name, "--data", str(data)]
        assert main(arguments) == 0
    database = Database(ServerConfig(data_dir=data).resolved_database_url)
    with serving(data) as url:
        yield Running(url, data, database)
    database.close()


def simulate(
    server: Running, study_id: str, *options: str, n: int, more: str = ""
) -> int:
    observers = server.data / "observers.toml"
    observers.write_text(OBSERVERS.format(more=more))
    arguments = ["simulate", study_id, "--url", server.url, "--sessions", str(n)]
    where = ["--observers", str(observers), "--data", str(server.data)]
    return main([*arguments, *where, *options])


def exported(
    server: Running, study_id: str, sessions: str, *, table: str = "responses"
) -> list[dict[str, str]]:
    path = server.data / "export.zip"
    words = ["export", study_id, "--out", str(path), "--sessions", sessions]
    assert main([*words, "--data", str(server.data)]) == 0
    with zipfile.ZipFile(path) as files:
        text = files.read(f"{table}.csv").decode()
    return list(csv.DictReader(io.StringIO(text)))


def participant(server: Running, study_id: str, browser: Browser) -> Participant:
    return Participant(
        browser,
        study_id,
        ACCURATE,
        read_session=partial(read_session, server.database),
        turn=Semaphore(),
    )


def browser(server: Running, key: str | None = None) -> Browser:
    own = ServerConfig(data_dir=server.data).simulation_key()
    return Browser(server.url, key or own, ssl.create_default_context())


def test_planted_accuracies_are_recovered_and_a_second_run_adds_nothing(
    server: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(server, "planted", n=8) == 0
    assert simulate(server, "planted", n=8) == 0

    assert "8 completed" in capsys.readouterr().out
    rows = exported(server, "planted", "simulated")
    assert len({row["session_id"] for row in rows}) == 8
    assert {row["onset_method"] for row in rows} == {"simulated"}
    for condition, planted in (("accentuation", 0.95), ("natural", 0.60)):
        correct = [
            row["is_correct"] == "true"
            for row in rows
            if (row["condition"], row["trial_kind"]) == (condition, "main")
        ]
        assert len(correct) == 8 * 10
        error = math.sqrt(planted * (1 - planted) / len(correct))
        assert sum(correct) / len(correct) == pytest.approx(planted, abs=3.5 * error)


def test_simulated_sessions_stay_out_of_the_export_of_people(server: Running) -> None:
    """9.6"""
    assert exported(server, "planted", "real") == []


def test_whoever_drops_out_is_replaced(server: Running) -> None:
    assert simulate(server, "dropouts", n=2, more="[dropout]\nhazard = 0.05") == 0

    with server.database.read() as db:
        sessions = db.scalars(select(StudySession)).all()
        completed = [s for s in sessions if s.outcome == Outcome.COMPLETED]
        assert len(completed) == 8 + 2
        assert all(session.is_simulated for session in sessions)


def test_observers_who_all_leave_end_the_simulation(
    server: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(server, "dropouts", n=3, more="[dropout]\nhazard = 1.0") == 1

    assert "lower the hazard" in capsys.readouterr().err


def test_a_pause_stops_arrivals_while_running_sessions_finish(server: Running) -> None:
    def pause_in_the_middle(trial_id: str) -> SessionFacts:
        with server.database.write() as db:
            set_status(db, "paused", StudyStatus.PAUSED)
        return read_session(server.database, trial_id)

    with browser(server) as first, browser(server) as second:
        running = Participant(
            first,
            "paused",
            ACCURATE,
            read_session=pause_in_the_middle,
            turn=Semaphore(),
        )

        assert running.take_study().is_completed
        with pytest.raises(SimulationError, match="takes no one in"):
            participant(server, "paused", second).take_study()


def test_a_wrong_simulation_key_starts_no_session(server: Running) -> None:
    with server.database.read() as db:
        before = len(db.scalars(select(StudySession)).all())

    with (
        browser(server, key="guessed") as pretender,
        pytest.raises(SimulationError, match="403"),
    ):
        participant(server, "planted", pretender).take_study()

    with server.database.read() as db:
        assert len(db.scalars(select(StudySession)).all()) == before


def test_another_servers_data_folder_is_noticed(
    server: Running, tmp_path: Path
) -> None:
    elsewhere = Database(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    elsewhere.prepare()

    with (
        browser(server) as one,
        pytest.raises(SimulationError, match="another database"),
    ):
        Participant(
            one,
            "planted",
            ACCURATE,
            read_session=partial(read_session, elsewhere),
            turn=Semaphore(),
        ).take_study()
    elsewhere.close()


def test_a_server_that_does_not_answer_is_reported(
    server: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = server._replace(url="http://127.0.0.1:9")

    assert simulate(nowhere, "dropouts", n=4) == 1

    assert "simulated sessions failed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000", "ftp://lab.example.org", "http://[", "http://x/s/demo/"]
)
def test_an_address_of_no_server_is_refused(
    server: Running, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    assert simulate(server._replace(url=url), "dropouts", n=4) == 1

    assert "url must be like http://127.0.0.1:8000" in capsys.readouterr().err


def test_what_is_sent_twice_or_late_is_there_once_and_what_contradicts_is_a_conflict(
    server: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    """9.4: double sender, two tabs, offline."""
    parts = "[sending]\nrepeat_rate = 0.5\nconflict_rate = 0.3\noffline_rate = 0.3"
    assert simulate(server, "senders", "--json", n=2, more=parts) == 0
    told = json.loads(capsys.readouterr().out)

    counts = told["groups"]["everyone"]
    rows = exported(server, "senders", "simulated")
    conflicts = exported(server, "senders", "simulated", table="conflicts")
    assert (told["completed"], counts["sessions"], counts["completed"]) == (2, 2, 2)
    assert {row["session_id"] for row in rows} == {
        session["session_id"] for session in told["sessions"]
    }
    assert len(rows) == counts["answers"]
    assert len({row["trial_id"] for row in rows}) == len(rows)
    assert len(conflicts) == counts["conflicts"] > 0
    assert counts["repeats"] > 0
    assert counts["offline"] > 0


def test_models_and_accuracies_may_be_named_without_a_file(
    server: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--url", server.url, "--sessions", "3", "--data", str(server.data)]
    assert main(["simulate", "senders", *where]) == 1
    assert "give --observers FILE, or --accuracy" in capsys.readouterr().err
    assert main(["simulate", "senders", *where, "--accuracy", "much"]) == 1
    assert "'much' is no number" in capsys.readouterr().err

    models = ["--accuracy", "0.8", "--model", "straight_liner", "--json"]
    assert main(["simulate", "senders", *where, *models]) == 0

    told = json.loads(capsys.readouterr().out)
    assert (told["completed"], told["started"]) == (3, 1)
    (session,) = told["sessions"]
    assert session["group"] == "straight_liner"
    mine = [
        row
        for row in exported(server, "senders", "simulated")
        if row["session_id"] == session["session_id"]
        and row["trial_kind"] != "practice"
    ]
    assert len({(row["choice"], row["confidence"]) for row in mine}) == 1
