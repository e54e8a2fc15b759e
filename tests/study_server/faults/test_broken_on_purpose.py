"""The lines that `python -m tests.benchmarks.broken_on_purpose` breaks are there."""

import ast
from pathlib import Path

import pytest

from tests.benchmarks.breakages import BREAKAGES, Breakage, QuotationError
from tests.conftest import ROOT


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda each: each.fault)
def test_each_line_stands_where_it_is_quoted_and_its_test_exists(
    breakage: Breakage,
) -> None:
    """4.14: the command itself runs the tests, which takes minutes."""
    whole = (ROOT / breakage.file).read_text(encoding="utf-8")
    file, _, name = breakage.test.partition("::")
    tests = ast.parse((ROOT / file).read_text(encoding="utf-8")).body

    assert breakage.broken_text(ROOT) != whole
    assert name.partition("[")[0] in {
        each.name for each in tests if isinstance(each, ast.FunctionDef)
    }


def test_every_fault_has_a_line_that_is_broken() -> None:
    assert {each.fault for each in BREAKAGES} == {f"F{n}" for n in range(1, 16)}


@pytest.mark.parametrize(("text", "n_lines"), [("gone\n", 0), ("here\nhere\n", 2)])
def test_a_line_that_is_not_there_once_is_an_error_that_says_so(
    tmp_path: Path, text: str, n_lines: int
) -> None:
    (tmp_path / "file.py").write_text(text)
    breakage = Breakage(
        fault="F1", file="file.py", text="here", broken="", effect="", test=""
    )

    with pytest.raises(QuotationError, match=f"F1: {n_lines} lines of file.py"):
        breakage.broken_text(tmp_path)
