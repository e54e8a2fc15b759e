"""Time and memory of a whole report: `python -m tests.benchmarks.report_speed`.

Prints one line per study size, from 10,000 to 1,000,000 responses, and how time grows
with the size: an exponent of 1 is proportional, n log n has about 1.1 here.
"""

import argparse
import itertools
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = {10_000: 200, 130_000: 2_600, 1_000_000: 20_000}
"""Responses -> participants, each answering 50 of 100 features in 5 conditions."""

CONDITIONS = ("accentuation", "attribution", "feature_visualization", "natural")
PLANTED = dict(
    zip((*CONDITIONS, "seed_only"), (0.85, 0.75, 0.7, 0.8, 0.6), strict=True)
)


def main() -> int:
    """Run every size in a process of its own, so that memory is its own, too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return _report(options.one)
    seconds = {}
    for size in options.sizes:
        command = [sys.executable, "-m", "tests.benchmarks.report_speed"]
        done = subprocess.run(
            [*command, "--one", str(size)], check=True, capture_output=True, text=True
        )
        print(done.stdout.strip(), flush=True)
        seconds[size] = float(done.stdout.split()[2])
    pairs = list(seconds.items())
    for (small, quick), (large, slow) in itertools.pairwise(pairs):
        exponent = math.log(slow / quick) / math.log(large / small)
        print(f"{small:,} to {large:,}: time grows as n^{exponent:.2f}")
    return 0


def _report(size: int) -> int:
    from analysis.config import ReportConfig
    from analysis.report import write_report
    from tests.analysis.synthetic import SyntheticStudy, draw_tables, write_zip

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study = SyntheticStudy(
            accuracy=PLANTED,
            n_participants=SIZES.get(size, size // 50),
            n_features=50,
            sd_participant=0.4,
            sd_feature=0.6,
            sd_feature_condition=0.5,
        )
        tables = draw_tables(study)
        path = write_zip(folder / "export.zip", tables, exclusions=study.exclusions)
        del tables
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        write_report(ReportConfig(export_path=path, out_dir=folder / "report"))
        took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{size:,} responses: {took:.1f} s, peak {peak / 2**20:.2f} GB "
        f"({before / 2**20:.2f} GB of it to make the data)"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
