"""Runs in processes of their own: a request goes in as JSON, an answer comes out.

So each library has its own memory and threads, and none finds the caches of another
warm. No torch.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from generator.errors import BenchmarkError

_LINES_SHOWN = 15
"""Of what a failed runner wrote."""


def ask(command: Sequence[str], request: Mapping[str, Any]) -> dict[str, Any]:
    """Start a runner, send it a request (JSON) and read its answer.

    Raises:
        BenchmarkError: it cannot be started, fails, or answers something else.
    """
    n_threads = str(request["n_threads"])
    threads = {"OMP_NUM_THREADS": n_threads, "MKL_NUM_THREADS": n_threads}
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request),
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **threads, "TQDM_DISABLE": "1"},
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except OSError as error:
        raise BenchmarkError(f"{command[0]} cannot be started: {error}") from error
    except subprocess.CalledProcessError as error:
        last = "\n".join(error.stderr.splitlines()[-_LINES_SHOWN:])
        raise BenchmarkError(
            f"{request['library']} failed with exit code {error.returncode}; "
            f"its last lines were:\n{last}"
        ) from error
    except json.JSONDecodeError as error:
        raise BenchmarkError(
            f"{request['library']} answered no JSON but {done.stdout[:200]!r}"
        ) from error
    return answer
