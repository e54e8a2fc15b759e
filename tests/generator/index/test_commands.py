"""The command line: index, and features drawn from an index."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from generator.cli import main
from generator.index.activation_table import ActivationTable
from tests.generator.tiny_world import write_photographs


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_photographs(tmp_path_factory.mktemp("world") / "photographs")


@pytest.fixture(scope="module")
def index(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("index") / "index.parquet"
    assert (
        main(["index", str(photographs), "--layer", "stage2", "--out", str(out)]) == 0
    )
    return out


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_index_writes_one_file_and_leaves_no_work_behind(index: Path) -> None:
    table = ActivationTable.read(index)

    assert table.n_images == 60
    assert [layer["name"] for layer in table.facts["layers"]] == ["stage2"]
    assert [path.name for path in index.parent.iterdir()] == ["index.parquet"]


def test_a_csv_has_the_numbers_of_the_parquet_file(
    photographs: Path, index: Path, tmp_path: Path
) -> None:
    out = tmp_path / "index.csv"

    code = main(
        [
            *("index", str(photographs), "--feature", "stage2:3"),
            *("--feature", "logit:brick - logit:wood", "--out", str(out)),
        ]
    )

    table = ActivationTable.read(index)
    found = [float(row["activation:stage2:3"]) for row in rows_of(out)]
    assert code == 0
    np.testing.assert_allclose(found, table.column(table.find("stage2:3")), atol=1e-6)
    assert "percentile:logit:brick - logit:wood" in rows_of(out)[0]
    assert [path.name for path in tmp_path.iterdir()] == ["index.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--feature", "stage33:1"], "close names: stage3"),
        (["--layer", "stage33"], "close names: stage3"),
        (["--feature", "logit:#1"], "another logit for each photograph"),
        ([], "no feature is asked for"),
        (["--logits", "--canvas", "16"], "canvas_px must be at least 32"),
        (["--logits", "--chunk", "10"], "multiple of 16"),
        (["--logits", "--out", "index.txt"], "must end in .parquet or .csv"),
        (["--layer", "stage3", "--layer", "stage2", "--out", "i.csv"], "at most 64"),
    ],
)
def test_a_wrong_request_is_refused_before_any_photograph_is_read(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    nowhere = tmp_path / "no such folder"
    out = ["--out", str(tmp_path / "i.parquet")]

    code = main(["index", str(nowhere), *out, *arguments])

    error = capsys.readouterr().err
    assert code == 1
    assert message in error
    assert "Traceback" not in error


def test_unreadable_photographs_are_refused_or_left_out(
    photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "photographs"
    shutil.copytree(photographs, folder)
    (folder / "a.jpg").write_bytes(b"no photograph")
    (folder / "b.jpg").write_bytes(b"none either")
    out = tmp_path / "i.parquet"
    command = ["index", str(folder), "--logits", "--out", str(out)]

    assert main(command) == 1
    error = capsys.readouterr().err
    assert "a.jpg" in error
    assert "b.jpg" in error
    assert not out.exists()
    assert main([*command, "--skip-unreadable"]) == 0
    assert "2 unreadable photographs left out: a.jpg, b.jpg" in capsys.readouterr().out


def test_features_are_drawn_from_an_index(
    index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["features", "--sample", "5", "--index", str(index)]) == 0

    drawn, said = capsys.readouterr()
    assert len(set(drawn.split())) == 5
    assert all(text.startswith("stage2:") for text in drawn.split())
    assert "dead on 60 photographs" in said


def test_a_sample_needs_an_index(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["features", "--sample", "5"]) == 1
    assert "--sample and --index go together" in capsys.readouterr().err
