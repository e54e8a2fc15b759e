"""Running the product's own commands, as the README shows them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
MODULES = {
    "accentuate": "generator",
    "study-server": "study_server",
    "study-analysis": "analysis",
}


def run(*words: object) -> str:
    """Run a command to its end; its standard output.

    Raises:
        AssertionError: it failed; carries what it wrote to standard error.
    """
    name, *arguments = map(str, words)
    done = subprocess.run(
        [sys.executable, "-m", MODULES[name], *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(map(str, words))}\n{done.stderr}"
    return done.stdout
