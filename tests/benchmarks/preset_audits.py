"""Whether plans of every preset keep the laws of counterbalancing, in full numbers.

    python -m tests.benchmarks.preset_audits --participants 10000 --dropout 0.2

Each preset, as published, is audited on a bundle of plain shapes that has all it asks
for. Prints one line for each; fails if a plan breaks a law.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from study_server.audit.report import audit
from study_server.bundle import Bundle, read_manifest
from study_server.design.definition import parse_definition
from study_server.presets import preset_names
from tests.study_server.bundle_fixture import write_bundle

N_FEATURES = 95
PRACTICE = [f"logit:feature-{number}" for number in range(5)]
EASY = [f"logit:feature-{number}" for number in range(5, 8)]


def main() -> int:
    """Print one line for each preset; the exit code tells whether all hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--participants", type=int, default=10_000)
    parser.add_argument("--dropout", type=float, default=0.2)
    asked = parser.parse_args()
    n_broken = 0
    with tempfile.TemporaryDirectory() as folder:
        bundle = _bundle(Path(folder))
        for name in preset_names():
            begun = time.perf_counter()
            report = _audit(name, bundle, asked.participants, asked.dropout)
            seconds = time.perf_counter() - begun
            refusals = report["refusals"]
            print(f"{name}: {len(refusals)} refusals ({seconds:.0f} s)", flush=True)
            for refusal in refusals:
                print(f"  {refusal}")
            n_broken += bool(refusals)
    return 1 if n_broken else 0


def _bundle(folder: Path) -> Bundle:
    written = write_bundle(
        folder,
        n_features=N_FEATURES,
        n_pairs=4,
        n_tiles=18,
        image_side_px=16,
        n_occlusions=4,
    )
    return read_manifest(written)


def _audit(
    name: str, bundle: Bundle, n_participants: int, dropout: float
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "preset": name,
        "study": {
            "study_id": "audited",
            "title": "Audited",
            "rng_seed": 1,
            "contact": "lab@example.org",
            "completion_code": "CODE",
        },
        "design": {"practice_features": PRACTICE},
    }
    if name == "zimmermann2021":  # its catch trials are of easy features by name
        values["catch"] = {"features": EASY}
    definition = parse_definition(values, name=name)
    return audit(definition, bundle, n_participants=n_participants, dropout=dropout)


if __name__ == "__main__":
    sys.exit(main())
