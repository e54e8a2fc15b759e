"""The schema of the export: every column, described once. No Flask, no database.

The tables are written by this schema, and `codebook.json` is printed from it, so that
neither can say what the other does not. `EXPORT_FORMAT.md` is the same for people.
"""

from collections.abc import Mapping

from study_server.export.column import Column
from study_server.export.columns.assignment import ASSIGNMENT
from study_server.export.columns.bundles import (
    MACHINE_ANSWERS,
    QUERY_PAIRS,
    STIMULI,
)
from study_server.export.columns.events import EVENTS
from study_server.export.columns.jspsych import JSPSYCH, JSPSYCH_EVENTS
from study_server.export.columns.participants import PARTICIPANTS
from study_server.export.columns.records import (
    ANSWERS,
    CHAINS,
    COMPREHENSION,
    CONFLICTS,
    CONSENTS,
    PAGES,
    REJECTED,
)
from study_server.export.columns.responses import RESPONSES
from study_server.export.columns.trials import TRIALS

SCHEMA_VERSION = 1

TABLES = {
    "participants": PARTICIPANTS,
    "trials": TRIALS,
    "responses": RESPONSES,
    "events": EVENTS,
    "pages": PAGES,
    "comprehension": COMPREHENSION,
    "answers": ANSWERS,
    "conflicts": CONFLICTS,
    "rejected": REJECTED,
    "chains": CHAINS,
    "consents": CONSENTS,
    "assignment": ASSIGNMENT,
    "stimuli": STIMULI,
    "query_pairs": QUERY_PAIRS,
    "machine_answers": MACHINE_ANSWERS,
}
"""Table name, also of its file, to its columns in order."""


JSPSYCH_TABLES = {"jspsych": JSPSYCH, "jspsych_events": JSPSYCH_EVENTS}
"""The same for the export under the names of jsPsych."""


def codebook(
    tables: Mapping[str, tuple[Column, ...]] = TABLES,
) -> dict[str, object]:
    """The content of `codebook.json`: every column of every table, in order."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tables": {
            table: {column.name: column.entry() for column in columns}
            for table, columns in tables.items()
        },
    }
