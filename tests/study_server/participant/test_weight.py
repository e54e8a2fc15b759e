"""3.9: how much a participant's browser has to load before it can show trials."""

import gzip
from pathlib import Path

import study_server

STATIC = Path(study_server.__file__).parent / "static"
MAX_SCRIPT_BYTES = 20_000
MAX_STYLE_BYTES = 4_096


def compressed(paths: list[Path]) -> int:
    """Bytes on the wire, each file compressed for itself."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def test_the_scripts_of_the_trials_are_small() -> None:
    assert compressed([*(STATIC / "trial").glob("*.js")]) < MAX_SCRIPT_BYTES


def test_the_style_sheet_is_small() -> None:
    assert compressed([STATIC / "participant.css"]) < MAX_STYLE_BYTES


def test_nothing_is_loaded_from_elsewhere() -> None:
    """No web fonts, no third-party host."""
    for path in (*STATIC.glob("**/*.js"), STATIC / "participant.css"):
        source = path.read_text(encoding="utf-8")
        for foreign in ("http:", "https:", "@font-face", "@import", "url("):
            assert foreign not in source, path.name
