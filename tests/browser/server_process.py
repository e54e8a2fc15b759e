"""A real server in a process of its own, to be killed and started again."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from study_server.endurance.server import free_port

START_LIMIT_S = 30


class ServerProcess:
    """gunicorn on one port and one data folder, through any number of lives."""

    def __init__(
        self,
        data_dir: Path,
        *,
        app: str = "tests.browser.wsgi:make_app()",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            app: what gunicorn serves.
            environment: variables besides our own.
        """
        self.data_dir = data_dir
        self.app = app
        self.environment = dict(environment or {})
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and return once it answers."""
        command = [sys.executable, "-m", "gunicorn", self.app]
        options = ["--bind", f"127.0.0.1:{self.port}", "--threads", "8"]
        quiet = ["--log-level", "warning", "--worker-tmp-dir", str(self.data_dir)]
        self._process = subprocess.Popen(
            [*command, *options, *quiet],
            env={
                **os.environ,
                "ACCENTUATE_TEST_DATA": str(self.data_dir),
                **self.environment,
            },
            start_new_session=True,
        )
        deadline = time.monotonic() + START_LIMIT_S
        while not self._answers():
            assert time.monotonic() < deadline, "the server did not start"
            assert self._process.poll() is None, "the server ended at once"
            time.sleep(0.1)

    def is_alive(self) -> bool:
        """Whether its master process runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End master and worker with SIGKILL, in the middle of whatever they do."""
        if self._process is not None:
            with suppress(ProcessLookupError):  # it may have ended by itself
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/static/icon.svg", timeout=2):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
