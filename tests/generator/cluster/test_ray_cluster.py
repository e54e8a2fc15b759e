"""Bundles made on a real Ray cluster of two workers on this machine."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.generator.bundles.moody_network import NAME, SICK
from tests.generator.bundles.survival import (
    EMBEDDED_PLAN,
    bundle_of,
    files_of,
    make,
    start,
    wait_for_work,
    work_files,
    write_plan,
)
from tests.generator.bundles.test_survival import MOODY_PLAN

pytest.importorskip("ray")

CLUSTER = ("--cluster", "local", "--workers", "2", "--threads", "1")


@pytest.fixture(autouse=True)
def _ray_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Short, because the names of sockets must be."""
    folder = tempfile.mkdtemp(prefix="ray", dir="/tmp")
    monkeypatch.setenv("RAY_TMPDIR", folder)
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan, and beside it the bundle that one machine makes of it."""
    plan = write_plan(tmp_path_factory.mktemp("embedded"), EMBEDDED_PLAN)
    assert make(plan, plan.parent / "alone", "--threads", "1") == 0
    return plan


def test_a_cluster_makes_the_bytes_of_one_machine_though_a_worker_is_killed(
    embedded: Path, tmp_path: Path
) -> None:
    """The worker's death costs only its pack."""
    alone = embedded.parent / "alone"
    running = start(embedded, tmp_path, *CLUSTER)
    wait_for_work(tmp_path, 2)  # survey and index: now packs are made
    killed = kill_a_busy_worker(running.pid)
    before = work_files(tmp_path)

    assert running.wait() == 0
    assert killed
    assert len(before) < len(work_files(tmp_path))
    assert bundle_of(tmp_path).name == bundle_of(alone).name
    assert files_of(tmp_path) == files_of(alone)
    assert work_files(tmp_path) == work_files(alone)


def test_a_poisoned_job_is_named_and_the_others_are_made_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = write_plan(tmp_path, MOODY_PLAN)
    own = ("--network", NAME)
    assert make(plan, tmp_path / "alone", *own, "--threads", "1") == 0
    with monkeypatch.context() as sick:
        sick.setenv(SICK, "sky")
        errors = tmp_path / "errors.txt"
        assert start(plan, tmp_path / "out", *own, *CLUSTER, errors=errors).wait() == 1

    said = errors.read_text()
    assert said.count("accentuation of") == 2
    assert said.count("feature visualization of logit:sky") == 2
    kept, whole = work_files(tmp_path / "out"), work_files(tmp_path / "alone")
    assert len(kept) == len(whole) - 4
    assert all(whole[name] == content for name, content in kept.items())


def kill_a_busy_worker(driver: int, *, seconds: float = 60) -> int | None:
    """SIGKILL a worker of the driver's cluster that makes a pack; its pid."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for pid in descendants(driver):
            if "ray::Worker.make" in command_of(pid):
                os.kill(pid, signal.SIGKILL)
                return pid
        time.sleep(0.005)
    return None


def descendants(pid: int) -> list[int]:
    """Processes that a process started, and theirs."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = [pid]
    for parent in found:
        found += [child for child, own in parents.items() if own == parent]
    return found[1:]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
