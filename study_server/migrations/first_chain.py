"""The chains of responses that were stored before there were chains.

Written for revision 0004 and never changed: `services/chain.py` may move on.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from study_server.migrations.columns import MOMENT

FLOATS = (
    "rt_ms",
    "panel_onset_ms",
    "onset_ms",
    "response_ms",
    "unlocked_ms",
    "frame_interval_ms",
    "hidden_ms",
    "blurred_ms",
    "device_pixel_ratio",
)
BOOLEANS = ("is_correct", "is_fullscreen", "is_small_window", "is_late")
MOMENTS = ("shown_at", "received_at")
OTHERS = (
    "response_id",
    "trial_id",
    "choice",
    "confidence",
    "rating",
    "onset_method",
    "input_modality",
    "n_resizes",
    "n_fullscreen_exits",
    "n_onsets",
    "viewport_width_px",
    "viewport_height_px",
    "origin",
)
FACTS = [*OTHERS, *FLOATS, *BOOLEANS, *MOMENTS, "automation_signals"]
EVENT_FACTS = ("event", "start_ms", "duration_ms", "started_at", "value")

RESPONSE = sa.table(
    "response",
    *(sa.column(name) for name in OTHERS),
    *(sa.column(name, sa.Double()) for name in FLOATS),
    *(sa.column(name, sa.Boolean()) for name in BOOLEANS),
    *(sa.column(name, MOMENT) for name in MOMENTS),
    sa.column("automation_signals", sa.JSON()),
    sa.column("session_id"),
    sa.column("chain_index"),
    sa.column("digest"),
    sa.column("acknowledgement"),
)
EVENT = sa.table(
    "page_event",
    sa.column("event_id"),
    sa.column("trial_id"),
    sa.column("event"),
    sa.column("start_ms", sa.Double()),
    sa.column("duration_ms", sa.Double()),
    sa.column("started_at", MOMENT),
    sa.column("value"),
)
TRIAL = sa.table("trial", sa.column("trial_id"), sa.column("session_id"))
SESSION = sa.table(
    "study_session",
    sa.column("session_id"),
    sa.column("n_stored"),
    sa.column("chain_digest"),
)


def chain_responses(connection: sa.Connection) -> None:
    """Give each response its place, in the order in which they were received."""
    of_trial = RESPONSE.join(TRIAL, TRIAL.c.trial_id == RESPONSE.c.trial_id)
    sessions = sa.select(TRIAL.c.session_id).select_from(of_trial).distinct()
    for session_id in connection.scalars(sessions).all():
        before, n_stored = "0" * 64, 0
        rows = connection.execute(
            sa.select(*(RESPONSE.c[name] for name in FACTS))
            .select_from(of_trial)
            .where(TRIAL.c.session_id == session_id)
            .order_by(RESPONSE.c.received_at, RESPONSE.c.response_id)
        )
        for row in rows.mappings().all():
            place = {"session_id": session_id, "chain_index": n_stored}
            facts = {name: _text(value) for name, value in {**row, **place}.items()}
            content = {**facts, "events": _events(connection, row["trial_id"])}
            text = json.dumps(content, sort_keys=True, separators=(",", ":"))
            before = hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
            this = RESPONSE.c.response_id == row["response_id"]
            change = sa.update(RESPONSE).where(this).values(**place, digest=before)
            connection.execute(change)
            n_stored += 1
        this = SESSION.c.session_id == session_id
        known = {"n_stored": n_stored, "chain_digest": before}
        connection.execute(sa.update(SESSION).where(this).values(**known))


def write_acknowledgements(connection: sa.Connection) -> None:
    """Turn stored JSON into the very bytes that were sent."""
    for name in ("response", "response_conflict"):
        table = sa.table(name, sa.column("response_id"), sa.column("acknowledgement"))
        for response_id, stored in connection.execute(sa.select(table)).all():
            text = json.dumps(json.loads(stored), sort_keys=True, separators=(",", ":"))
            this = table.c.response_id == response_id
            sent = sa.update(table).where(this).values(acknowledgement=f"{text}\n")
            connection.execute(sent)


def _events(connection: sa.Connection, trial_id: str) -> list[list[str]]:
    rows = connection.execute(
        sa.select(*(EVENT.c[name] for name in EVENT_FACTS))
        .where(EVENT.c.trial_id == trial_id)
        .order_by(EVENT.c.event_id)
    )
    return [[_text(value) for value in row] for row in rows]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "|".join(map(str, value))
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        naive = aware.astimezone(UTC).replace(tzinfo=None)
        return naive.isoformat(timespec="microseconds") + "Z"
    return str(value)
