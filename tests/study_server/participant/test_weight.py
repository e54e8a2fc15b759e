"""3.9: how much a participant's browser has to load before it can show trials."""

import gzip
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import study_server

PACKAGE = Path(study_server.__file__).parent
STATIC = PACKAGE / "static"
MAX_RUNNER_BYTES = 20_000
MAX_PAGE_BYTES = 2_000
MAX_STYLE_BYTES = 4_096

LOADED = re.compile(r"filename=['\"]([\w/]+\.js)['\"]")
IMPORTED = re.compile(r"from \"(\./\w+\.js)\"")


def compressed(paths: Iterable[Path]) -> int:
    """Bytes on the wire, each file compressed for itself."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def scripts_of(template: Path) -> set[Path]:
    """Every script that a page loads, with all that those import."""
    names = LOADED.findall(template.read_text(encoding="utf-8"))
    found: set[Path] = set()
    waiting = [STATIC / name for name in names]
    while waiting:
        script = waiting.pop().resolve()
        if script not in found:
            found.add(script)
            imported = IMPORTED.findall(script.read_text(encoding="utf-8"))
            waiting += [script.parent / name for name in imported]
    return found


SCRIPTS = {
    template.stem: scripts_of(template)
    for template in (PACKAGE / "templates" / "participant").glob("*.html")
}


def test_the_scripts_of_the_trials_are_small() -> None:
    assert compressed(SCRIPTS["trial"]) < MAX_RUNNER_BYTES


@pytest.mark.parametrize("page", sorted(set(SCRIPTS) - {"trial"}))
def test_the_scripts_of_every_other_page_are_smaller_still(page: str) -> None:
    assert compressed(SCRIPTS[page]) < MAX_PAGE_BYTES


def test_every_script_of_participants_is_counted() -> None:
    every = set(STATIC.resolve().glob("**/*.js"))
    of_panel = set(STATIC.resolve().glob("panel/*.js"))
    assert set().union(*SCRIPTS.values()) == every - of_panel


def test_the_style_sheet_is_small() -> None:
    assert compressed([STATIC / "participant.css"]) < MAX_STYLE_BYTES


def test_nothing_is_loaded_from_elsewhere() -> None:
    """No web fonts, no third-party host."""
    for path in (*STATIC.glob("**/*.js"), STATIC / "participant.css"):
        source = path.read_text(encoding="utf-8")
        for foreign in ("http:", "https:", "@font-face", "@import", "url("):
            assert foreign not in source, path.name
