"""The server's processes: none stays behind, whenever its starter is interrupted."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from study_server.endurance.server import ServerProcess

INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """As in a command: both signals are a KeyboardInterrupt."""
    before = {
        each: signal.signal(each, signal.default_int_handler) for each in INTERRUPTIONS
    }
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("number", INTERRUPTIONS)
def test_an_interruption_while_the_server_is_started_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Interrupted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)
            os.kill(os.getpid(), number)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    server = ServerProcess(tmp_path)

    with pytest.raises(KeyboardInterrupt):
        server.start()
    server.kill_all()

    (process,) = started
    assert process.returncode == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
