"""erasures.csv: what is left of participants who were erased."""

from study_server.export.column import Column
from study_server.export.columns.shared import OUTCOME

ERASURES = (
    Column(
        name="erasure_reason",
        type="text",
        levels=("asked", "mistake", "retention"),
        meaning="Why the participant was erased: they asked for it, they should not "
        "have been there, or the time for which data are kept was over.",
    ),
    OUTCOME,
    Column(
        name="erased_at",
        type="timestamp",
        meaning="When the participant was erased, by the server's clock.",
    ),
)
