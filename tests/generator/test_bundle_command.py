"""`accentuate bundle`, `index` and `verify-bundle` as a user types them."""

import csv
import re
from pathlib import Path

import pytest

from generator.cli import main
from tests.generator.tiny_world import PLAN, write_photographs

EMBEDDED_PLAN = PLAN.replace('"0"', '"stage2"').replace('"0:2"', '"stage3:2"')


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    write_photographs(tmp_path / "photographs")
    path = tmp_path / "plan.toml"
    path.write_text(EMBEDDED_PLAN, encoding="utf-8")
    return path


def test_a_finished_bundle_is_found_again_and_is_whole(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["bundle", str(plan), "--out", str(plan.parent / "out")]

    assert main(command) == 0
    (bundle,) = (plan.parent / "out").glob("tiny-*")
    assert capsys.readouterr().out == f"{bundle}\n"
    assert main(command) == 0
    again = capsys.readouterr()
    assert again.out == f"{bundle}\n"
    assert "finished before" in again.err
    assert main(["verify-bundle", str(bundle)]) == 0
    said = capsys.readouterr().out
    assert "is whole: 2 features" in said
    assert re.search(
        r"activation rises in \d of 4; at or above the 95th percentile", said
    )


def test_a_bundle_changed_since_is_refused_by_both_commands(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["bundle", str(plan), "--out", str(plan.parent / "out")]
    main(command)
    (bundle,) = (plan.parent / "out").glob("tiny-*")
    picture = next((bundle / "images").iterdir())
    picture.write_bytes(b"not a picture")

    assert main(["verify-bundle", str(bundle)]) == 1
    assert f"{picture.name} was changed" in capsys.readouterr().err
    assert main(command) == 1
    assert f"{picture.name} was changed" in capsys.readouterr().err


def test_a_dry_run_counts_and_makes_nothing(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = plan.parent / "out"

    assert main(["bundle", str(plan), "--out", str(out), "--dry-run"]) == 0

    printed = capsys.readouterr().out
    assert re.search(r"photographs to index +60\n", printed)
    assert re.search(r"  accentuation +4 \(2 steps each\)\n", printed)
    assert re.search(r"  attribution +4\n", printed)
    assert re.search(r"pictures in the bundle +40\n", printed)
    assert re.search(r"estimated peak memory +\d+\.\d GiB on cpu\n", printed)
    assert not out.exists()


def test_a_plan_with_faults_exits_with_one(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.write_text(EMBEDDED_PLAN.replace("logit:brick", "logit:brik"))

    assert main(["bundle", str(plan), "--out", str(plan.parent / "out")]) == 1
    assert "close names: brick" in capsys.readouterr().err


@pytest.mark.parametrize("door", ["--out", "--work"])
def test_a_folder_that_cannot_be_written_is_named(
    plan: Path, door: str, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = plan.parent / "blocked"
    blocked.write_text("a file is in the way")
    folders = {"--out": str(plan.parent / "out"), door: str(blocked)}

    code = main(["bundle", str(plan), *(x for pair in folders.items() for x in pair)])

    assert code == 1
    assert re.search(r"blocked.* cannot be written", capsys.readouterr().err)


def test_a_setting_without_end_is_a_fault_of_the_plan(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = EMBEDDED_PLAN.replace(
        "[accentuation]", "[accentuation]\nlearning_rate = inf"
    )
    plan.write_text(text)

    assert main(["bundle", str(plan), "--out", str(plan.parent / "out")]) == 1
    assert "learning_rate must be a finite number" in capsys.readouterr().err


def test_an_index_is_a_table_with_a_row_per_photograph(plan: Path) -> None:
    out = plan.parent / "index.csv"
    folder = plan.parent / "photographs"

    code = main(["index", str(folder), "--feature", "logit:brick", "--out", str(out)])

    assert code == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert len(rows) == 60
    assert rows[0]["path"] == "brick/00.png"
    percentiles = [float(row["percentile:logit:brick"]) for row in rows]
    activations = [float(row["activation:logit:brick"]) for row in rows]
    strongest = activations.index(max(activations))
    assert percentiles[strongest] == pytest.approx(100 * 59.5 / 60)
