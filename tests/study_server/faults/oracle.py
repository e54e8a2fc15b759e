"""What every fault test asks at its end (4.14).

The acknowledged responses are a subset of the stored ones, each stored exactly once,
and every chain is whole.
"""

import json
from collections import Counter
from collections.abc import Mapping

from sqlalchemy import select

from study_server.db import Database
from study_server.models import Response, ResponseConflict
from study_server.services.verification import verify_chains

Acknowledged = Mapping[str, bytes]
"""response_id to the bytes of the acknowledgement, as a client got it first."""


def check(database: Database, acknowledged: Acknowledged) -> set[str]:
    """Hold the clients' log against the database; returns the ids that are stored."""
    with database.read() as db:
        rows = [*db.scalars(select(Response)), *db.scalars(select(ResponseConflict))]
        verification = verify_chains(db)
    stored = {row.response_id: row.acknowledgement for row in rows}
    lost = acknowledged.keys() - stored.keys()
    places = Counter([row.response_id for row in rows] + _trials(rows))
    twice = [name for name, n in places.items() if n > 1]
    told_otherwise = [
        name
        for name, answer in acknowledged.items()
        if name in stored and answer != stored[name].encode()
    ]
    assert not lost, f"acknowledged and not stored: {lost}"
    assert not twice, f"answers stored twice, or trials answered twice: {twice}"
    assert not told_otherwise, f"told otherwise than stored: {told_otherwise}"
    assert verification.breaks == ()
    return set(stored)


def response_id_of(answer: bytes) -> str:
    """Whose acknowledgement this is."""
    found: str = json.loads(answer)["response_id"]
    return found


def _trials(rows: list[Response | ResponseConflict]) -> list[str]:
    return [row.trial_id for row in rows if isinstance(row, Response)]
