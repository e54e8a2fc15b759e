"""Which code, libraries and machine made something. No torch."""

import hashlib
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
LIBRARIES = (
    "numpy",
    "pillow",
    "pyarrow",
    "safetensors",
    "scikit-image",
    "scikit-learn",
    "torch",
    "torchvision",
)
"""Those whose version may change a picture or a number."""


def describe_generator(device: str) -> dict[str, Any]:
    """The `generator` object of a manifest."""
    return {
        "version": installed_version("accentuate") or "unknown",
        "commit": commit(),
        "device": device,
        "libraries": library_versions(),
        "python": platform.python_version(),
    }


def library_versions() -> dict[str, str]:
    """Version of each library that takes part, as installed."""
    found = {name: installed_version(name) for name in LIBRARIES}
    return {name: text for name, text in found.items() if text is not None}


def installed_version(name: str) -> str | None:
    """Version of an installed distribution; None when there is none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@cache
def code_key() -> str:
    """Changes when the generator's code, a library or the machine's kind does.

    Command lines take no part in a computation.
    """
    digest = hashlib.sha256(repr(sorted(library_versions().items())).encode())
    digest.update(f"{platform.machine()} {platform.python_version()}".encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).parts
        if parts[0] not in {"commands", "cli.py", "__main__.py"}:
            digest.update("/".join(parts).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def commit() -> str | None:
    """Commit of the source tree this package runs from; None outside of one."""
    # An installed copy may lie in somebody else's repository: ask for our own file.
    is_ours = _git("ls-files", "--error-unmatch", "provenance.py") is not None
    return _git("rev-parse", "HEAD") if is_ours else None


def _git(*arguments: str) -> str | None:
    command = ["git", "-C", str(PACKAGE), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
