"""pages.csv, comprehension.csv, answers.csv, consents.csv: a session's records."""

from study_server.export.column import Column
from study_server.export.columns.shared import SESSION_ID, TRIAL_ID

PAGES = (
    SESSION_ID,
    Column(
        name="visit_index",
        type="integer",
        meaning="Place of the stay in the session, from 0; a reload begins no new one.",
    ),
    Column(
        name="page",
        type="text",
        meaning="Which page; those of the instructions are counted from 1.",
    ),
    Column(
        name="page_language",
        type="text",
        meaning="Language the page was shown in, as an IETF tag.",
    ),
    Column(
        name="opened_at",
        type="timestamp",
        meaning="When the page was served, by the server's clock.",
    ),
    Column(
        name="left_at",
        type="timestamp",
        meaning="When the next page was served; missing for the last one.",
    ),
    Column(
        name="dwell_ms",
        type="number",
        unit="ms",
        meaning="From opened_at to left_at.",
    ),
)

COMPREHENSION = (
    SESSION_ID,
    Column(
        name="attempt_index",
        type="integer",
        meaning="Try at the questions on the instructions, from 0.",
    ),
    Column(
        name="chosen_answers",
        type="text",
        meaning="Number of the answer chosen to each item, from 1, joined by |.",
    ),
    Column(
        name="n_items",
        type="integer",
        unit="items",
        meaning="Items that were asked.",
    ),
    Column(
        name="n_correct",
        type="integer",
        unit="items",
        meaning="Items answered right; all have to be.",
    ),
    Column(
        name="submitted_at",
        type="timestamp",
        meaning="When the try was stored, by the server's clock.",
    ),
)

ANSWERS = (
    SESSION_ID,
    Column(
        name="question",
        type="text",
        meaning="Name of the question in the study definition.",
    ),
    Column(
        name="answer",
        type="text",
        formula_guard=True,
        meaning="1 to 5, yes or no, the name of a choice, or the participant's words.",
    ),
    Column(
        name="is_pasted",
        type="boolean",
        meaning="Whether something was pasted into the answer; missing where nobody "
        "looked.",
    ),
    Column(
        name="answered_at",
        type="timestamp",
        meaning="When the answer was stored, by the server's clock.",
    ),
)

CONFLICTS = (
    SESSION_ID,
    TRIAL_ID,
    Column(
        name="conflict_id",
        type="text",
        meaning="UUID made by the browser; the response that stands has another.",
    ),
    Column(
        name="submission",
        type="text",
        formula_guard=True,
        meaning="All of the second answer, as a JSON object; names and units are those "
        "of responses.csv.",
    ),
    Column(
        name="conflicted_at",
        type="timestamp",
        meaning="When the second answer was stored, by the server's clock.",
    ),
)

REJECTED = (
    SESSION_ID,
    Column(
        name="rejected_trial_id",
        type="text",
        meaning="The session's trial it speaks of; missing if it speaks of none.",
    ),
    Column(
        name="body",
        type="text",
        formula_guard=True,
        meaning="What was sent as a response and is none, as it came.",
    ),
    Column(
        name="reason",
        type="text",
        formula_guard=True,
        meaning="Why it could not be stored as a response.",
    ),
    Column(
        name="rejected_at",
        type="timestamp",
        meaning="When the body was kept, by the server's clock.",
    ),
)

CHAINS = (
    SESSION_ID,
    Column(
        name="n_stored",
        type="integer",
        unit="responses",
        meaning="Length of the session's chain: responses stored so far.",
    ),
    Column(
        name="chain_digest",
        type="text",
        meaning="Digest of the response stored last; missing before the first.",
    ),
)

CONSENTS = (
    Column(
        name="version",
        type="integer",
        meaning="Version of the study that the text belongs to.",
    ),
    Column(
        name="text_language",
        type="text",
        meaning="Language of the consent text, as an IETF tag.",
    ),
    Column(
        name="consent_sha256",
        type="text",
        meaning="SHA-256 of the consent text that was shown; consents.csv has it.",
    ),
    Column(
        name="consent",
        type="text",
        formula_guard=True,
        meaning="What participants of this version agreed to in this language.",
    ),
)
