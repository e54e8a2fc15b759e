"""The demo's commands, as the command line calls them."""

import argparse
from pathlib import Path

import pytest

from generator.commands import evaluate_embedded, photographs, train_embedded
from generator.demo.network import load_embedded_network
from generator.demo.regions import CLASSES


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser(prog="accentuate")
    subparsers = parser.add_subparsers(required=True)
    for module in (evaluate_embedded, photographs, train_embedded):
        module.add_parser(subparsers)
    parsed = parser.parse_args(arguments)
    code: int = parsed.run(parsed)
    return code


def test_photographs_command_says_how_many_it_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pool = tmp_path / "pool"

    code = run("photographs", str(pool), "--side-px", "32", "--max-per-class", "1")

    assert code == 0
    assert capsys.readouterr().out == f"{len(CLASSES)} photographs in {pool}\n"


def test_evaluate_command_prints_each_class_and_the_total(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run("evaluate-embedded")

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines[1:-2]] == list(CLASSES)
    assert lines[-2].startswith("all")
    assert load_embedded_network().weights_sha256 in lines[-1]


def test_train_command_writes_weights_that_record_their_making(tmp_path: Path) -> None:
    out = tmp_path / "weights.safetensors"

    code = run("train-embedded", "--out", str(out), "--steps", "2", "--rng-seed", "3")

    loaded = load_embedded_network(out)
    assert code == 0
    assert loaded.labels == tuple(CLASSES)
    config = loaded.training["config"]
    assert isinstance(config, dict)
    assert (config["steps"], config["rng_seed"]) == (2, 3)


@pytest.mark.parametrize("name", ["photographs", "train-embedded", "evaluate-embedded"])
def test_help_of_each_command_shows_an_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(name, "--help")

    assert f"example:\n  accentuate {name}" in capsys.readouterr().out
