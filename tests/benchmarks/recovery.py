"""How often intervals hold what simulated observers were told to do, over sockets.

    python -m tests.benchmarks.recovery --studies 20 --sessions 60 --out recovery

Study after study: observers with lapses, a side bias and abilities that vary take it
through a real server, its export is analysed. Prints how many intervals of each
quantity hold what was planted, and fails below 85 %.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from tests.journeys.recovery import (
    OBSERVERS,
    STUDY,
    Recovered,
    recover,
    simulated_export,
    small_bundle,
)

LEAST = 0.85
"""Share of intervals of 95 %: 17 of 20 or fewer happen in 1 of 13 such series."""


def main() -> int:
    """Print a row per quantity; the exit code tells whether all were recovered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=20)
    parser.add_argument("--sessions", type=int, default=60)
    parser.add_argument(
        "--out", type=Path, required=True, help="new folder for the data"
    )
    options = parser.parse_args()
    found = defaultdict(list)
    rounds = _rounds(options.out, options.studies, options.sessions)
    for each in tqdm(rounds, total=options.studies, disable=not sys.stderr.isatty()):
        for one in each:
            found[one.name].append(one)
    print(f"{'quantity':44s} planted   mean  inside")
    shares = []
    for name, rows in found.items():
        shares.append(sum(row.is_inside() for row in rows) / len(rows))
        mean = sum(row.value for row in rows) / len(rows)
        print(f"{name:44s} {rows[0].planted:7.3f} {mean:6.3f}  {shares[-1]:6.2f}")
    return 0 if min(shares) >= LEAST else 1


def _rounds(folder: Path, n_studies: int, n_sessions: int) -> Iterator[list[Recovered]]:
    """One simulated study after the other, each with observers of its own."""
    folder.mkdir(parents=True)
    data = folder / "data"
    bundle_id = small_bundle(folder, data)
    for number in range(n_studies):
        observers = folder / f"observers-{number}.toml"
        text = OBSERVERS.replace("rng_seed = 11", f"rng_seed = {100 + number}")
        observers.write_text(f"{text}\n[spread]\nparticipant_sd = 0.4\n")
        study = STUDY.replace('"careless"', f'"recovery-{number}"', 1)
        study = study.replace("n_slots = 40", f"n_slots = {n_sessions}")
        export = simulated_export(
            folder, data=data, bundle_id=bundle_id, study=study, observers=observers
        )
        yield recover(export, observers)


if __name__ == "__main__":
    sys.exit(main())
