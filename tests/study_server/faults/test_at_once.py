"""F5 and F13: many arrivals at once, and an export while people answer."""

import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from study_server import utc_now
from study_server.db import Database
from study_server.export import archive
from study_server.models import Response, StudySession
from study_server.services.studies import get_study
from tests.study_server.participant.conftest import MakeApp
from tests.study_server.participant.records import rows
from tests.study_server.participant.visitor import BASE, Visitor
from tests.study_server.study_fixture import STUDY_ID

N_ARRIVALS = 24
N_SLOTS = 8


def test_f5_more_arrivals_at_once_than_places_overshoot_nothing(app: Flask) -> None:
    """F5 in short; test_enrolment has the balance of the cells."""

    def arrive(_: int) -> int:
        answer = app.test_client().post(f"{BASE}/api/session", json={"consent": True})
        return answer.status_code

    with ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(arrive, range(N_ARRIVALS)))

    slots = sorted(session.slot_index for session in rows(app, StudySession))
    assert slots == list(range(N_SLOTS))
    assert (codes.count(201), codes.count(409)) == (N_SLOTS, N_ARRIVALS - N_SLOTS)


def test_f13_an_export_shows_one_moment_while_people_answer(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F13 in short: nobody waits for it, and every chain in it is whole."""
    monkeypatch.setattr(archive, "CHUNK_BYTES", 1)  # the first comes before all is read
    app = make_app()
    database: Database = app.extensions["database"]
    visitors = [Visitor(app) for _ in range(3)]
    for visitor in visitors:
        visitor.begin()
        visitor.answer(visitor.trial())

    with database.read() as db:
        chunks = archive.stream_archive(
            db, get_study(db, STUDY_ID), sessions="real", exported_at=utc_now()
        )
        first = next(chunks, b"")
        with ThreadPoolExecutor(3) as pool:
            codes = list(
                pool.map(lambda each: each.answer(each.trial()).status_code, visitors)
            )
        content = first + b"".join(chunks)

    with zipfile.ZipFile(io.BytesIO(content)) as files:
        n_rows = json.loads(files.read("export.json"))["n_rows"]
        chains = files.read("chains.csv").decode().splitlines()[1:]
    assert codes == [200] * 3
    assert n_rows["responses"] == 3
    assert [line.split(",")[1] for line in chains] == ["1"] * 3
    assert len(rows(app, Response)) == 6
