"""`study-server chaos` on SQLite and on PostgreSQL, one after the other.

`python -m tests.benchmarks.chaos_on_both [--responses 100000] [--on sqlite]` starts a
private server of the system's PostgreSQL, with every commit synchronized as in earnest,
and prints one JSON object for each database. Exit status 1 when an answer was lost or
doubled.
"""

import argparse
import json
import sys

from study_server.commands.loadtest import endurance_faults
from study_server.endurance.chaos import ChaosConfig, run_chaos
from tests.study_server.private_postgresql import private_postgresql

DATABASES = ("sqlite", "postgresql")
IN_EARNEST = ("fsync=on", "shared_buffers=128MB")


def main() -> int:
    """Run both and print what became of the answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=int, default=100_000)
    parser.add_argument("--participants", type=int, default=24)
    parser.add_argument("--on", nargs="+", choices=DATABASES, default=DATABASES)
    asked = parser.parse_args()
    faults: list[str] = []
    with private_postgresql(IN_EARNEST) as server:
        for name in asked.on:
            url = server.make("chaos") if name == "postgresql" else None
            found = run_chaos(
                ChaosConfig(
                    n_responses=asked.responses,
                    n_participants=asked.participants,
                    database_url=url,
                )
            )
            print(json.dumps(found, indent=2), flush=True)
            faults += endurance_faults(found)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
