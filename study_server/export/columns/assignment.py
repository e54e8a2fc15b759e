"""assignment.csv: which slot each session was given, and what became of it."""

from study_server.export.column import Column
from study_server.export.columns.shared import SESSION_ID, SLOT_GROUP, SLOT_INDEX

FREED_BY = ("lease", "ending", "returned", "timed_out", "rejected", "replaced")

ASSIGNMENT = (
    SESSION_ID,
    SLOT_INDEX,
    SLOT_GROUP,
    Column(
        name="leased_at",
        type="timestamp",
        meaning="When the slot was given away, by the server's clock.",
    ),
    Column(
        name="lease_expires_at",
        type="timestamp",
        meaning="Until when it was given away unless the session was completed.",
    ),
    Column(
        name="holds_slot",
        type="boolean",
        meaning="Whether the session holds its slot, so that its cell counts it.",
    ),
    Column(
        name="freed_at",
        type="timestamp",
        meaning="Since when others may have the slot; missing if it is held.",
    ),
    Column(
        name="freed_by",
        type="text",
        levels=FREED_BY,
        meaning="Why: the lease ran out, the session ended early, the platform took "
        "the submission back (returned, timed_out, rejected), or a researcher asked "
        "for a replacement.",
    ),
    Column(
        name="freed_note",
        type="text",
        formula_guard=True,
        meaning="The researcher's reason for a replacement.",
    ),
    Column(
        name="submission_status",
        type="text",
        formula_guard=True,
        meaning="What the platform last said of the submission, in its own word.",
    ),
)
