"""A program to run under `power_cut.c`: stores answers, says which it acknowledged.

python -m tests.study_server.faults.commits DATABASE_URL SESSION_ID LOG
"""

import json
import os
import sys
from pathlib import Path
from random import Random

from study_server import utc_now
from study_server.db import Database
from study_server.endurance.taker import answer_body, draw_answer
from study_server.models import StudySession
from study_server.participant.submission import read_submission
from study_server.services.responses import record_response
from study_server.services.window import held_trials


def main(url: str, session_id: str, log: str) -> None:
    """Answer every trial of the session; after each commit, note the id in the log."""
    database, rng = Database(url), Random(1)
    while True:
        with database.write() as db:
            session = db.get_one(StudySession, session_id)
            held = held_trials(db, session)
            if not held:
                break
            sent = draw_answer(held[0].trial_id, rng)
            submission = read_submission(json.dumps(answer_body(sent)).encode())
            record_response(db, session, submission, received_at=utc_now())
        note(log, f"A {sent.response_id}\n")
    os._exit(0)  # closing would tidy the files up


def note(log: str, line: str) -> None:
    """One line at the end of the log."""
    with Path(log).open("ab") as file:
        file.write(line.encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
