"""What a result was made from: hashes and versions. No clock, host or user name."""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis.config import FIGURE_FORMATS, ReportConfig
from analysis.several_exports import sha256_of_exports

LIBRARIES = ("jinja2", "matplotlib", "numpy", "pandas", "scipy")


def sha256_of_file(path: Path | None) -> str | None:
    """Checksum of a file's bytes; None without a file."""
    return None if path is None else hashlib.sha256(path.read_bytes()).hexdigest()


def sha256_of_code() -> str:
    """Checksum of this package's source and templates: the exact program."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".html", ".css"):
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def describe_inputs(config: ReportConfig) -> dict[str, Any]:
    """Everything that decides the bytes of a report.

    Two runs with equal descriptions make equal reports; `inputs_sha256` sums them up.

    Raises:
        OSError: an input cannot be read.
    """
    manifest = config.bundle_dir and config.bundle_dir / "manifest.json"
    inputs: dict[str, Any] = {
        "export_sha256": sha256_of_exports(config.all_export_paths),
        "planted_sha256": sha256_of_file(config.planted_path),
        "manifest_sha256": sha256_of_file(manifest or None),
        "preregistration_sha256": sha256_of_file(config.preregistration_path),
        "analysis": asdict(config.analysis),
        "figure_formats": sorted(set(config.figure_formats)),
        "png_dpi": config.png_dpi,
        "code_sha256": sha256_of_code(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "n_threads": 1,
        "command": command_line(config),
    }
    return {**inputs, "inputs_sha256": digest(inputs)}


def command_line(config: ReportConfig) -> str:
    """The command that repeats the report, file names replaced by their roles."""
    exports = " ".join(["EXPORT.zip"] * len(config.all_export_paths))
    parts = [f"study-analysis report {exports} --out DIR"]
    if config.planted_path:
        parts.append("--planted OBSERVERS.toml")
    if config.bundle_dir:
        parts.append("--bundle BUNDLE")
    if config.preregistration_path:
        parts.append("--preregistration PREREGISTRATION.json")
    if set(config.figure_formats) != set(FIGURE_FORMATS):
        kinds = [kind for kind in FIGURE_FORMATS if kind in config.figure_formats]
        parts.append(f"--figure-formats {','.join(kinds)}")
    parts.append(f"--rng-seed {config.analysis.rng_seed}")
    return " ".join(parts)


def digest(inputs: Mapping[str, Any]) -> str:
    """Checksum of everything that decides the bytes of an output."""
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
