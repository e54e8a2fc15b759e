"""A hash chain over the responses of each session, in the order of storage. No Flask.

digest = SHA-256(digest before, newline, canonical JSON of the row). The canonical JSON
holds every fact of the row and its page events, as text in the way of the export, its
keys sorted; so whoever has an export can compute the chain again without us.

A digest is told to the participant and covers `is_correct`; it tells nothing of it,
since it covers the session's id as well, 128 bits that no participant is told.

The chain shows mistakes and clumsy changes. Who can write to the database can write a
new chain as well: it is told apart by the digests in acknowledgements and in exports
made before.
"""

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy import Float

from study_server.export.cells import plain_text
from study_server.models import PageEvent, Response, StudySession

BEFORE_FIRST = "0" * 64
"""Stands for the digest before a session's first response."""

CHAINED = (
    "response_id",
    "session_id",
    "trial_id",
    "chain_index",
    "choice",
    "is_correct",
    "confidence",
    "rating",
    "rt_ms",
    "panel_onset_ms",
    "onset_ms",
    "response_ms",
    "unlocked_ms",
    "frame_interval_ms",
    "onset_method",
    "input_modality",
    "hidden_ms",
    "blurred_ms",
    "n_resizes",
    "n_fullscreen_exits",
    "n_onsets",
    "viewport_width_px",
    "viewport_height_px",
    "device_pixel_ratio",
    "is_fullscreen",
    "is_small_window",
    "automation_signals",
    "shown_at",
    "received_at",
    "is_late",
    "origin",
)
"""Columns of a response in the chain: all but the digest and the acknowledgement,
which follow from them. A new column would change digests already given, so it may come
in only with a way to tell old rows from new."""

CHAINED_OF_EVENTS = ("event", "start_ms", "duration_ms", "started_at", "value")

FLOATS = {
    column.key
    for table in (Response.__table__, PageEvent.__table__)
    for column in table.columns
    if isinstance(column.type, Float)
}
"""Names of columns that hold fractions."""


def append(
    session: StudySession, response: Response, events: Sequence[PageEvent]
) -> None:
    """Make a response the newest of its session's chain.

    Args:
        session: locked by this transaction, so that the chain cannot fork.
        response: all of its facts are set.
        events: of the page during its trial, in the order of storage.
    """
    response.session_id = session.session_id
    response.chain_index = session.n_stored
    before = session.chain_digest or BEFORE_FIRST
    response.digest = digest_of(before, response, events)
    session.n_stored += 1
    session.chain_digest = response.digest


def digest_of(
    before: str,
    response: Response,
    events: Sequence[PageEvent],
    *,
    chain_index: int | None = None,
) -> str:
    """The digest of a response that stands behind the one with digest `before`.

    Args:
        chain_index: where it would stand. None: where it says.
    """
    facts: dict[str, object] = {name: _text(response, name) for name in CHAINED}
    if chain_index is not None:
        facts["chain_index"] = str(chain_index)
    facts["events"] = [
        [_text(event, name) for name in CHAINED_OF_EVENTS] for event in events
    ]
    row = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{row}".encode()).hexdigest()


def _text(row: Response | PageEvent, name: str) -> str:
    """A value as the export writes it; empty when missing."""
    value = getattr(row, name)
    is_whole_float = name in FLOATS and value is not None
    return plain_text(float(value) if is_whole_float else value)
