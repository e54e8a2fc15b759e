"""A study of many answers, made in the database itself from one session's rows.

Every other session is a copy of the first with keys, slots and times of its own: the
rows are as many and as long as those of people, and nobody waits for people. No Flask.
"""

import hashlib
import sqlite3
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, Integer, event, func, insert, literal, select
from sqlalchemy.orm import Session

from study_server.db import Database
from study_server.models import (
    Base,
    PageEvent,
    PageVisit,
    Response,
    StudySession,
    Trial,
)
from tests.study_server.rows import (
    MORNING,
    add_response,
    add_session,
    add_study,
    add_trial,
)

STUDY_ID = "large"
N_TRIALS = 100
"""Of each session."""
N_PAGES = 8
N_EVENTS = 5
N_TILES = 9
TEMPLATE = "0" * 32
"""The session that all others are copies of."""


def fill_large_study(database: Database, *, n_sessions: int, rng: Random) -> None:
    """Add a study with `n_sessions` sessions of `N_TRIALS` answers each."""
    event.listen(database.engine, "connect", _teach_md5)
    database.engine.dispose()  # connections made from now on know it
    with database.write() as db:
        add_template(db, rng)
    with database.write() as db:
        if database.engine.dialect.name == "sqlite":
            db.connection().exec_driver_sql("PRAGMA cache_size=-400000")
        copy_sessions(db, n_sessions - 1, rng)
        for table, changed in copied_rows().items():
            copy_rows(db, table, changed)


def add_template(db: Session, rng: Random) -> None:
    """The first session, with answers to all of its trials."""
    study = add_study(db, STUDY_ID)
    session = add_session(
        db, study, TEMPLATE, stage="completed", outcome="completed", strategy="By eye."
    )
    for index in range(N_TRIALS):
        trial = add_trial(db, session, index)
        ids = [f"{rng.getrandbits(128):032x}" for _ in range(N_TILES + 2)]
        trial.panel_stimulus_ids, trial.option_stimulus_ids = ids[2:], ids[:2]
        trial.target_stimulus_id, trial.distractor_stimulus_id = ids[:2]
        trial.feature_id = f"mixed4{'abcde'[index % 5]}:channel:{rng.randrange(512)}"
        trial.query_pair_id = f"{trial.feature_id}:far:{index}"
        response = add_response(db, trial, choice=rng.choice(["left", "right"]))
        response.rt_ms = rng.lognormvariate(8, 0.6)
        response.onset_ms = rng.uniform(0, 1e6)
        response.response_ms = response.onset_ms + response.rt_ms
    db.add_all(
        PageVisit(
            session_id=TEMPLATE,
            visit_index=index,
            page=f"instructions-{index}",
            language="en",
            opened_at=MORNING,
            left_at=MORNING,
            dwell_ms=rng.uniform(1000, 60_000),
        )
        for index in range(N_PAGES)
    )
    db.add_all(
        PageEvent(
            session_id=TEMPLATE,
            trial_id=f"{TEMPLATE}-t{index * 7}",
            event="blurred",
            start_ms=rng.uniform(0, 1e6),
            duration_ms=rng.uniform(0, 1e4),
            started_at=MORNING,
            value=None,
        )
        for index in range(N_EVENTS)
    )
    db.flush()


def copy_sessions(db: Session, n_copies: int, rng: Random) -> None:
    """Copies of the template under random ids, in slots of their own."""
    table = StudySession.__table__
    row = db.execute(select(table).where(table.c.session_id == TEMPLATE)).mappings()
    values = dict(row.one())
    copies: list[dict[str, Any]] = []
    for slot_index in range(1, n_copies + 1):
        session_id = f"{rng.getrandbits(128):032x}"
        own = {"session_id": session_id, "slot_index": slot_index}
        keys = {"token_sha256": session_id, "participant_id": f"p{session_id[:12]}"}
        copies.append({**values, **own, **keys})
    if copies:
        db.execute(insert(StudySession), copies)


def copied_rows() -> dict[type[Base], dict[str, ColumnElement[Any]]]:
    """Table to those columns of a copy that are not the template's."""
    slot = StudySession.slot_index
    trial_id = func.md5(StudySession.session_id.concat(Trial.trial_id))
    later_ms = slot * literal(1.000_1) / literal(7.0)
    digest = func.md5(trial_id).concat(func.md5(trial_id.concat("digest")))
    own: dict[str, ColumnElement[Any]] = {
        "session_id": StudySession.session_id.expression
    }
    return {
        Trial: {**own, "trial_id": trial_id},
        Response: {
            **own,
            "trial_id": trial_id,
            "response_id": func.md5(trial_id),
            "rt_ms": Response.rt_ms + later_ms,
            "onset_ms": Response.onset_ms + later_ms,
            "response_ms": Response.response_ms + later_ms,
            "digest": digest,
        },
        PageVisit: {**own, "dwell_ms": PageVisit.dwell_ms + later_ms},
        PageEvent: {**own, "trial_id": trial_id},
    }


def copy_rows(
    db: Session, model: type[Base], changed: dict[str, ColumnElement[Any]]
) -> None:
    """The template's rows of one table for every other session, in one statement."""
    table: Any = model.__table__
    names = [
        c.name
        for c in table.columns
        if not (c.primary_key and isinstance(c.type, Integer))  # it counts by itself
    ]
    chosen = select(*(changed.get(name, table.c[name]) for name in names))
    chosen = chosen.select_from(table)
    if model is not Trial and "trial_id" in changed:
        chosen = chosen.join(Trial, Trial.trial_id == table.c.trial_id)
    chosen = chosen.join(StudySession, StudySession.session_id != TEMPLATE)
    chosen = chosen.where(table.c.session_id == TEMPLATE)
    study_pk = select(StudySession.study_pk).where(StudySession.session_id == TEMPLATE)
    chosen = chosen.where(StudySession.study_pk == study_pk.scalar_subquery())
    chosen = chosen.order_by(StudySession.slot_index)
    db.execute(insert(model).from_select(names, chosen, include_defaults=False))


def _teach_md5(connection: Any, _record: Any) -> None:
    """SQLite has no such function; PostgreSQL has."""
    if isinstance(connection, sqlite3.Connection):
        connection.create_function(
            "md5", 1, lambda text: hashlib.md5(text.encode()).hexdigest()
        )
