"""A real server in processes of its own: started, killed, starved of disk. No Flask."""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from study_server.endurance.link import LinkError, SocketLink
from study_server.errors import StudyServerError

START_LIMIT_S = 60.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class ServerProcess:
    """`study-server run` on one port and one data folder, through many lives."""

    def __init__(
        self,
        data_dir: Path,
        database_url: str | None = None,
        *,
        module: str = "study_server",
        n_workers: int | None = None,
    ) -> None:
        """
        Args:
            database_url: None for SQLite inside the data folder.
            module: what Python runs; takes the arguments of `study-server`.
            n_workers: processes that serve. None: as the server itself has it.
        """
        self._data_dir = data_dir
        self._options = ["--database", database_url] if database_url else []
        if n_workers is not None:
            self._options += ["--workers", str(n_workers)]
        self._module = module
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.log_path = data_dir / "endurance.log"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start, and return once it answers.

        Raises:
            StudyServerError: it does not.
        """
        command = [sys.executable, "-m", self._module, "run"]
        place = ["--data", str(self._data_dir), "--port", str(self._port)]
        with self.log_path.open("ab") as log, interruptions_held_back():
            self._process = subprocess.Popen(
                [*command, *place, *self._options],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_LIMIT_S
        while not self.answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise StudyServerError(
                    f"the server did not start; its last words: {self._last_words()}"
                )
            time.sleep(0.1)

    def is_alive(self) -> bool:
        """Whether its master process runs."""
        return self._process is not None and self._process.poll() is None

    def answers(self) -> bool:
        """Whether it serves anything."""
        link = SocketLink(self.url)
        try:
            return link.ask("GET", "/static/icon.svg", None, {}).status == 200
        except LinkError:
            return False
        finally:
            link.close()

    def kill_all(self) -> None:
        """End every process of it with SIGKILL, in the middle of whatever they do."""
        if self._process is not None:
            self._end_group()
            self._process.wait()
            self._wait_for_group()  # workers hold the port and the files till then
            self._process = None

    def kill_workers(self) -> None:
        """End the processes that serve, with SIGKILL; the master starts new ones."""
        for pid in self.worker_pids():
            _kill(pid)

    def kill_master(self) -> None:
        """End the master alone with SIGKILL; its workers notice and stop."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            _wait_for_end(self.worker_pids())
            self._end_group()
            self._process = None

    def limit_files(self, n_bytes: int | None) -> None:
        """Let no file grow beyond so many bytes, as on a full disk; None: let them."""
        soft = resource.RLIM_INFINITY if n_bytes is None else n_bytes
        for pid in (*self.worker_pids(), *self._master_pid()):
            try:
                _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))
            except ProcessLookupError:
                continue  # it ended meanwhile

    def stop(self) -> None:
        """End it as a system would: SIGTERM, and wait."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None

    def resident_mb(self) -> float:
        """Resident memory of all its processes, in MB of 10^6 bytes."""
        pages = 0
        for pid in (*self._master_pid(), *self.worker_pids()):
            try:
                text = Path(f"/proc/{pid}/statm").read_text(encoding="ascii")
            except OSError:
                continue  # it ended meanwhile
            pages += int(text.split()[1])
        return pages * PAGE_BYTES / 1e6

    def worker_pids(self) -> tuple[int, ...]:
        """The processes the master has started."""
        if self._process is None:
            return ()
        master = self._process.pid
        path = Path(f"/proc/{master}/task/{master}/children")
        try:
            return tuple(map(int, path.read_text(encoding="ascii").split()))
        except OSError:
            return ()

    def _master_pid(self) -> tuple[int, ...]:
        return () if self._process is None else (self._process.pid,)

    def _end_group(self) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):  # it ended by itself
            os.killpg(self._process.pid, signal.SIGKILL)

    def _wait_for_group(self, limit_s: float = 5.0) -> None:
        """Until none of its processes is left, however late it was started."""
        assert self._process is not None
        deadline = time.monotonic() + limit_s
        with suppress(ProcessLookupError):  # so the last one has ended
            while time.monotonic() < deadline:
                os.killpg(self._process.pid, 0)
                time.sleep(0.02)

    def _last_words(self) -> str:
        text = self.log_path.read_text(encoding="utf-8", errors="replace")
        return text.strip()[-500:] or "none"


@contextmanager
def interruptions_held_back() -> Iterator[None]:
    """Let nothing come between the start of a process and the note of it.

    SIGINT and SIGTERM that arrive meanwhile count afterwards.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals arrive in the main thread alone
        return
    arrived: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _frame: arrived.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for each in arrived:
        signal.raise_signal(each)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):  # it ended by itself
        os.kill(pid, signal.SIGKILL)


def _wait_for_end(pids: tuple[int, ...], limit_s: float = 5.0) -> None:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return
        time.sleep(0.05)
