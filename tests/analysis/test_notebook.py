"""The worked example runs from top to bottom, as a reader would run it."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebooks" / "analysis.ipynb"


def code_cells() -> list[str]:
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    return ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]


def test_every_cell_of_the_notebook_runs_and_finds_what_was_planted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}

    for number, cell in enumerate(code_cells()):
        exec(compile(cell, f"cell {number}", "exec"), names)

    assert names["difference"].value == pytest.approx(0.2, abs=0.12)
    assert isinstance(names["responses"], pd.DataFrame)
    assert (tmp_path / "report" / "report.html").is_file()
