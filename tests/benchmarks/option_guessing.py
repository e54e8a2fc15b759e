"""Whether a classifier can tell the right option without looking at the pictures.

    python -m tests.benchmarks.option_guessing --trials 5000

Whole sessions are taken on a study whose right options are the richer pictures. The
classifiers are given number of bytes, size in pixels, ids, headers, order and time of
arrival of both options, and answer for sessions they have not learnt from. Prints
each accuracy with its exact 95 % interval; fails if one is no guessing (p <= 0.001).
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.study_server.truth.guessing import collect_cues, guess
from tests.study_server.truth.telling_bundle import make_telling_app

TRIALS_PER_SESSION = 100


def main() -> int:
    """Print one line for each classifier; the exit code tells whether all guess."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=5000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        n_slots = 2 + arguments.trials // TRIALS_PER_SESSION
        app = make_telling_app(
            Path(folder), n_main_trials=TRIALS_PER_SESSION, n_slots=n_slots
        )
        found = guess(collect_cues(app, n_trials=arguments.trials))
    for each in found:
        print(each)
    return 0 if all(each.is_at_chance for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
