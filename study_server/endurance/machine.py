"""Where something was measured, and with what. No Flask."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from study_server.config import ServerConfig
from study_server.dialects import read_url

PACKAGES = ("accentuate", "flask", "gunicorn", "sqlalchemy")


def machine_facts(config: ServerConfig) -> dict[str, object]:
    """Machine, versions, and the kind of database."""
    return {
        "database": read_url(config.resolved_database_url).get_backend_name(),
        "machine": {
            "system": platform.platform(),
            "processor": processor(),
            "cores": os.cpu_count(),
            "memory_gb": _memory_gb(),
            "file_system": file_system(config.data_dir),
        },
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
    }


def file_system(folder: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Kind of the file system that a folder is on, or was; `unknown` off Linux.

    Args:
        mounts: a line for each: device, place, kind.
    """
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    kinds = {place: kind for _, place, kind, *_ in map(str.split, lines)}
    above = [str(each) for each in (folder.absolute(), *folder.absolute().parents)]
    return next((kinds[each] for each in above if each in kinds), "unknown")


def _memory_gb() -> float:
    """Of the machine, in GB of 10^9 bytes."""
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1)


def processor() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line for line in lines if line.startswith("model name")]
    return names[0].split(":", 1)[1].strip() if names else platform.machine()
