"""What the pages say is true: examples run, command lines are understood."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.cli import build_parser as analysis_parser
from generator.cli import build_parser as generator_parser
from study_server.cli import make_parser as server_parser

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]
PARSERS = {
    "accentuate": generator_parser,
    "study-server": server_parser,
    "study-analysis": analysis_parser,
}


def blocks(page: Path, language: str) -> Iterator[str]:
    pattern = rf"^```{language}\n(.*?)^```$"
    for found in re.finditer(pattern, page.read_text(), re.MULTILINE | re.DOTALL):
        yield found[1]


def command_lines() -> Iterator[str]:
    for page in PAGES:
        for block in blocks(page, ""):
            for line in block.replace("\\\n", " ").splitlines():
                program, _, rest = line.strip().partition(" ")
                is_example = program in PARSERS and "…" not in rest.split("#")[0]
                if is_example and rest:
                    yield line.strip()


@pytest.mark.parametrize("line", list(command_lines()))
def test_every_command_line_of_the_pages_is_understood(line: str) -> None:
    program, *arguments = shlex.split(line, comments=True)

    # A line that is not understood ends the parser with SystemExit.
    assert PARSERS[program]().parse_args(arguments)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_python_example_of_the_pages_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}

    for example in blocks(page, "python"):
        exec(compile(example, page.name, "exec"), names)


def test_every_link_of_the_pages_leads_to_a_file() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:]+)\)|src=\"([^\"]+)\"", page.read_text())
        for target in target
        if target and not (page.parent / target).exists()
    ]

    assert broken == []
