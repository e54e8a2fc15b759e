"""F12: a copy taken while people answer, opened as a database of its own."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from study_server.db import Database
from study_server.models import Response
from study_server.services.verification import verify_chains
from tests.study_server.participant.visitor import Visitor


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """In a file, which SQLite itself can copy under load."""
    return f"sqlite:///{tmp_path / 'study.sqlite3'}"


def digests(database: Database) -> dict[str, str]:
    with database.read() as db:
        assert verify_chains(db).is_sound
        return {row.response_id: row.digest for row in db.scalars(select(Response))}


def test_f12_a_copy_under_load_holds_whole_chains_of_one_moment(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    """F12, 4.13: every digest in the copy is that of the original."""
    visitors = [Visitor(app) for _ in range(3)]
    for visitor in visitors:
        visitor.begin()
        visitor.answer(visitor.trial())
    copy = tmp_path / "copy.sqlite3"

    with ThreadPoolExecutor(3) as pool:
        answering = [pool.submit(visitor.answer_all) for visitor in visitors]
        source = sqlite3.connect(tmp_path / "study.sqlite3")
        target = sqlite3.connect(copy)
        source.backup(target, pages=8, sleep=0.001)
        source.close()
        target.close()
        for each in answering:
            each.result()

    restored = Database(f"sqlite:///{copy}")
    copied, now = digests(restored), digests(database)
    restored.close()
    assert copied.items() <= now.items()
    assert len(copied) >= 3
    assert len(now) > len(visitors)
