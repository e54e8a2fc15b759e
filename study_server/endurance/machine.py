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
            "processor": _processor(),
            "cores": os.cpu_count(),
        },
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line for line in lines if line.startswith("model name")]
    return names[0].split(":", 1)[1].strip() if names else platform.machine()
