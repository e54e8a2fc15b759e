"""F12: a backup taken while people answer, restored into a database of its own."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from study_server import utc_now
from study_server.db import Database
from study_server.models import Response
from study_server.services.backups import make_backup, restore
from study_server.services.verification import verify_chains
from tests.study_server.participant.visitor import Visitor

N_VISITORS = 3


def digests(database: Database) -> dict[str, str]:
    with database.read() as db:
        assert verify_chains(db).is_sound
        return {row.response_id: row.digest for row in db.scalars(select(Response))}


def test_f12_a_backup_under_load_is_of_one_moment_and_restores_to_it(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    """F12, 4.13: whole chains; what was stored before is in it, with its digest."""
    visitors = [Visitor(app) for _ in range(N_VISITORS)]
    for visitor in visitors:
        visitor.begin()
        visitor.answer(visitor.trial())
    before = digests(database)

    with ThreadPoolExecutor(N_VISITORS) as pool:
        answering = [pool.submit(visitor.answer_all) for visitor in visitors]
        backup = make_backup(database, tmp_path / "backups", now=utc_now())
        for each in answering:
            each.result()

    target = Database(f"sqlite:///{tmp_path / 'restored.sqlite3'}")
    target.prepare()
    restore(backup, target)
    restored, now = digests(target), digests(database)
    target.close()
    assert len(before) == N_VISITORS < len(now)
    assert before.items() <= restored.items() <= now.items()
