"""One whole report of a drawn study: its seconds and its peak memory.

`python -m tests.benchmarks.report_speed 130000` prints both; the limits stand in
`tests.benchmarks.analysis_speed`, which runs every size in a process of its own.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pandas as pd

CONDITIONS = ("accentuation", "attribution", "feature_visualization", "natural")
PLANTED = dict(
    zip((*CONDITIONS, "seed_only"), (0.85, 0.75, 0.7, 0.8, 0.6), strict=True)
)
TRIALS, FEATURES = 50, 100
"""Main answers of each participant, one to each of half of the features."""


class Measured(NamedTuple):
    """What a report took."""

    seconds: float
    peak_gb: float
    """Of the whole process, the making of the data included."""


def main() -> int:
    """Print seconds and gigabytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("responses", type=int)
    found = _report(parser.parse_args().responses)
    print(f"{found.seconds:.2f} {found.peak_gb:.2f}")
    return 0


def report_in_own_process(n_responses: int) -> Measured:
    """Measure in a process of its own, so that memory is its own, too."""
    command = [sys.executable, "-m", "tests.benchmarks.report_speed", str(n_responses)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, peak_gb = map(float, done.stdout.split())
    return Measured(seconds, peak_gb)


def _half_of_the_features(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Every second main trial of each person, the others of the next person."""
    main = tables["trials"]["trial_kind"] == "main"
    person = tables["trials"]["participant_id"].str[1:].astype(int)
    is_kept = ~main | ((tables["trials"]["trial_index"] + person) % 2 == 0)
    kept = {name: tables[name].loc[is_kept] for name in ("trials", "responses")}
    counts = dict.fromkeys(("n_main_trials", "n_main_responses"), TRIALS)
    return {"participants": tables["participants"].assign(**counts), **kept}


def _report(n_responses: int) -> Measured:
    from analysis.config import ReportConfig
    from analysis.report import write_report
    from tests.analysis.synthetic import SyntheticStudy, draw_tables
    from tests.analysis.synthetic_zip import write_zip

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study = SyntheticStudy(
            accuracy=PLANTED,
            n_participants=n_responses // TRIALS,
            n_features=FEATURES,
            sd_participant=0.4,
            sd_feature=0.6,
            sd_feature_condition=0.5,
        )
        tables = _half_of_the_features(draw_tables(study))
        path = write_zip(folder / "export.zip", tables, exclusions=study.exclusions)
        del tables
        start = time.perf_counter()
        write_report(ReportConfig(export_path=path, out_dir=folder / "report"))
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Measured(seconds, peak / 2**20)


if __name__ == "__main__":
    raise SystemExit(main())
