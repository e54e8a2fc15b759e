"""A real server process on a free port, for tests that need sockets."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READY = re.compile(r"Serving on (http://\S+)")


@contextmanager
def serving(data: Path, *options: str) -> Iterator[str]:
    """Run `study-server run` on the data folder; yields its address."""
    command = [sys.executable, "-m", "study_server", "run", "--data", str(data)]
    process = subprocess.Popen(
        [*command, "--port", "0", *options], stdout=subprocess.PIPE, text=True
    )
    try:
        yield address(process)
    finally:
        process.terminate()
        exit_code = process.wait(timeout=20)
        assert process.stdout is not None
        process.stdout.close()
    assert exit_code == 0


def address(process: "subprocess.Popen[str]") -> str:
    """Where the server answers, as it says itself."""
    assert process.stdout is not None
    line = process.stdout.readline()
    found = READY.search(line)
    assert found is not None, line
    return found[1]
