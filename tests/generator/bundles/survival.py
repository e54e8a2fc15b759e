"""Bundles made by the real command, disturbed and undisturbed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from generator.cli import main
from tests.conftest import ROOT
from tests.generator.tiny_world import PLAN, write_photographs

EMBEDDED_PLAN = (
    PLAN.replace('"0"', '"stage2"')
    .replace('"0:2"', '"stage3:2"')
    # Packs of two accentuations, long enough to be interrupted.
    .replace("steps = 2", "steps = 12\npictures_per_pass = 4", 1)
    .replace("rise_masks = 8", "rise_masks = 40")
    + '\n[controls]\nkinds = ["random_feature"]\n'
)


def write_plan(folder: Path, text: str) -> Path:
    """A plan beside its photographs."""
    write_photographs(folder / "photographs")
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def make(plan: Path, out: Path, *more: str) -> int:
    """The command, in this process; returns its exit code."""
    return main(["bundle", str(plan), "--out", str(out), *more])


def start(
    plan: Path, out: Path, *more: str, errors: Path = Path(os.devnull)
) -> subprocess.Popen[bytes]:
    """The command, in a process of its own, that writes its errors to a file."""
    with errors.open("wb") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", "generator", "bundle", plan, "--out", out, *more],
            stderr=stream,
            stdout=subprocess.DEVNULL,
            cwd=ROOT,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )


def wait_for_work(out: Path, n_files: int, *, seconds: float = 120) -> None:
    """Return when that many files of finished work are there."""
    deadline = time.monotonic() + seconds
    while len(work_files(out)) < n_files and time.monotonic() < deadline:
        time.sleep(0.005)


def kill_after(plan: Path, out: Path, n_files: int) -> None:
    """SIGKILL the command when that much work is finished."""
    running = start(plan, out)
    wait_for_work(out, n_files)
    running.send_signal(signal.SIGKILL)
    running.wait()


def work_files(out: Path) -> dict[str, bytes]:
    """Every file of finished work, by its name."""
    return {path.name: path.read_bytes() for path in (out / ".work").rglob("*.npz")}


def changed_at(out: Path) -> dict[str, int]:
    """When each file of finished work was written."""
    files = (out / ".work").rglob("*.npz")
    return {path.name: path.stat().st_mtime_ns for path in files}


def bundle_of(out: Path) -> Path:
    """The only bundle there."""
    (bundle,) = (path for path in out.iterdir() if not path.name.startswith("."))
    return bundle


def files_of(out: Path) -> dict[str, bytes]:
    """Every file of the bundle; its manifest without the time of making."""
    bundle = bundle_of(out)
    found = {
        path.relative_to(bundle).as_posix(): path.read_bytes()
        for path in bundle.rglob("*")
        if path.is_file()
    }
    manifest = json.loads(found["manifest.json"])
    manifest.pop("created_at")
    found["manifest.json"] = json.dumps(manifest).encode()
    return found


def largest_difference(one: Path, other: Path) -> int:
    """Between the pictures of two bundles, in levels of 255."""
    first, second = bundle_of(one) / "images", bundle_of(other) / "images"
    assert [p.name for p in sorted(first.iterdir())] == [
        p.name for p in sorted(second.iterdir())
    ]
    return max(
        int(np.abs(_levels(path) - _levels(second / path.name)).max())
        for path in first.iterdir()
    )


def _levels(path: Path) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    return np.asarray(Image.open(path)).astype(np.int64)
