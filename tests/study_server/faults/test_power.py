"""F15: a power cut below the file system, at many moments of one session."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.models import Response
from study_server.services.bundles import load_bundle
from study_server.services.enrolment import enrol, plan_session
from study_server.services.studies import get_study
from study_server.services.verification import verify_chains
from tests.conftest import skip_or_fail_in_ci
from tests.study_server.faults.disk_image import Disk, read_log
from tests.study_server.study_fixture import NOON, STUDY_ID, make_study

SOURCE = Path(__file__).with_name("power_cut.c")
N_TRIALS = 16


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that logs writes."""
    compiler = shutil.which("cc")
    if compiler is None:
        skip_or_fail_in_ci("no C compiler: on Debian, apt-get install gcc")
    library = tmp_path_factory.mktemp("power") / "power_cut.so"
    command = [str(compiler), "-shared", "-fPIC", "-O1", "-o", str(library)]
    subprocess.run([*command, str(SOURCE), "-ldl", "-lpthread"], check=True)
    return library


def start_session(config: ServerConfig) -> str:
    """A session at its first trial, in a database at rest."""
    database = Database(config.resolved_database_url)
    with database.write() as db:
        study = get_study(db, STUDY_ID)
        bundle = load_bundle(config.bundles_dir, study.bundle_id)
        session = enrol(db, study, started_at=NOON, rng=Random(1)).session
        plan_session(db, session, study, bundle, rng=Random(2))
        session.stage = "main"
        session_id = session.session_id
    database.close()
    return session_id


def test_f15_a_power_cut_loses_no_acknowledged_answer(
    tmp_path: Path, recorder: Path
) -> None:
    """F15, 4.4: of what was not synced any part may be gone, in any order."""
    config = ServerConfig(data_dir=tmp_path / "data")
    config.data_dir.mkdir()
    make_study(config, tmp_path)
    session_id = start_session(config)
    log, folder = tmp_path / "log", config.data_dir
    disk = Disk()
    for path in folder.glob("study.sqlite3*"):
        disk.files[str(path)] = bytearray(path.read_bytes())
    program = [sys.executable, "-m", "tests.study_server.faults.commits"]
    subprocess.run(
        [*program, config.resolved_database_url, session_id, str(log)],
        env={
            **os.environ,
            "LD_PRELOAD": str(recorder),
            "LOG_WRITES_IN": f"{folder}/study.sqlite3",
            "LOG_WRITES_TO": str(log),
        },
        check=True,
    )

    acknowledged: list[str] = []
    rng = Random(7)
    for record in read_log(log):
        disk.take(record)
        if record.kind == "A":
            acknowledged.append(record.name)
        if record.kind == "A" or rng.random() < 0.05:
            image = tmp_path / f"image-{len(acknowledged)}-{rng.random()}"
            stored = stored_after(disk.after_power_cut(rng), image)
            assert set(acknowledged) <= stored, len(acknowledged)
            shutil.rmtree(image)

    assert len(acknowledged) > 10


def stored_after(files: dict[str, bytes], folder: Path) -> set[str]:
    """Open what the cut left, as the next start would; the ids it holds."""
    folder.mkdir()
    for name, content in files.items():
        if not name.endswith("-shm"):  # made anew from the log at each start
            (folder / Path(name).name).write_bytes(content)
    database = Database(f"sqlite:///{folder / 'study.sqlite3'}")
    with database.read() as db:
        (whole,) = db.connection().exec_driver_sql("PRAGMA integrity_check").one()
        stored = set(db.scalars(select(Response.response_id)))
        breaks = verify_chains(db).breaks
    database.close()
    assert whole == "ok"
    assert breaks == ()
    return stored
