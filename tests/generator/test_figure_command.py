"""`accentuate figure` from the command line."""

from pathlib import Path

import pytest

from generator.cli import main
from generator.experiments.registry import EXPERIMENTS
from tests.generator.experiments.little_world import write_photographs

QUICK = ("--steps", "2", "--draws", "2", "--balance-draws", "2")


def test_the_list_names_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["figure", "--list"])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines] == [e.name for e in EXPERIMENTS]


def test_a_figure_of_the_embedded_network_is_made_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photograph,) = write_photographs(tmp_path / "photographs", 1)
    out = tmp_path / "out"

    words = f"figure lambda-sweep --photograph {photograph} --values 0 1 --out {out}"
    code = main([*words.split(), "--feature", "logit:brick", *QUICK])

    assert code == 0
    assert "2 pictures; contact sheet" in capsys.readouterr().out
    assert (out / "contact_sheet.png").is_file()


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["figure"], "--list"),
        (["figure", "lambda-sweep"], "--out"),
        (["figure", "lamda", "--out", "x", "--photograph", "p"], "close names"),
        (["figure", "lambda-sweep", "--out", "x"], "--photograph"),
        (
            ["figure", "diversity", "--out", "x", "--photograph", "p", "--top", "4"],
            "no meaning",
        ),
    ],
)
def test_what_is_missing_is_said_with_its_remedy(
    words: list[str], remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 1
    assert remedy in capsys.readouterr().err


def test_nothing_is_written_when_a_photograph_is_missing(tmp_path: Path) -> None:
    out = tmp_path / "out"

    words = f"figure lambda-sweep --photograph {tmp_path / 'none.png'} --out {out}"
    code = main(words.split())

    assert code == 1
    assert not list(out.glob("*"))


def test_a_used_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photograph,) = write_photographs(tmp_path / "photographs", 1)

    words = f"figure lambda-sweep --photograph {photograph} --out {photograph.parent}"
    code = main(words.split())

    assert code == 1
    assert "not empty" in capsys.readouterr().err
