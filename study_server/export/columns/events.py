"""events.csv: what happened to the page while a trial was on it."""

from study_server.export.column import Column
from study_server.export.columns.shared import SESSION_ID, TRIAL_ID
from study_server.models.page_event import EVENTS as NAMES

EVENTS = (
    SESSION_ID,
    TRIAL_ID,
    Column(
        name="event",
        type="text",
        levels=NAMES,
        meaning="Page out of sight, window without focus, a run of resizes, a changed "
        "pixel ratio, or a stretch of full screen.",
    ),
    Column(
        name="start_ms",
        type="number",
        unit="ms",
        meaning="Its beginning, by the page's clock, as the onsets of the trial.",
    ),
    Column(
        name="duration_ms",
        type="number",
        unit="ms",
        meaning="Up to its end, or to the response if it lasted longer.",
    ),
    Column(
        name="started_at",
        type="timestamp",
        meaning="Its beginning, by the browser's clock.",
    ),
    Column(
        name="value",
        type="text",
        meaning="Window size after a resize, pixel ratio after a zoom; else missing.",
    ),
)
