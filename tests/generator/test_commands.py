"""The command line: image, visualize, layers, features."""

import csv
import hashlib
import json
from pathlib import Path

import pytest
from PIL import Image

from generator.cli import build_parser, main
from generator.photographs import to_picture
from tests.generator.toy_network import picture

FEW = ["--steps", "2", "--canvas", "72"]


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for seed in range(2):
        to_picture(picture(96, 80, rng_seed=seed)).save(folder / f"p{seed}.png")
    return folder


def test_image_writes_pictures_table_and_record(
    photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    code = main(
        [
            *("image", str(photographs), "--pool", str(photographs)),
            *("--feature", "logit:#1", "--feature", "logit:brick"),
            *("--out", str(out), *FEW),
        ]
    )

    with (out / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    record = json.loads((out / "run.json").read_text())
    assert code == 0
    assert len(rows) == 4
    assert {row["photograph"] for row in rows} == {"p0.png", "p1.png"}
    assert "activation rises in" in capsys.readouterr().out
    for row in rows:
        stem = row["file"].removesuffix(".png")
        for suffix in (
            ".png",
            ".opacity_map.p5.sd0.56px.png",
            ".masked.p5.sd0.56px.png",
            ".change.x4.png",
        ):
            with Image.open(out / f"{stem}{suffix}") as made:
                assert made.size == (72, 72)
    assert (out / "contact_sheet.png").is_file()
    assert record["n_pool"] == 2
    assert record["config"]["canvas_px"] == 72
    assert len(record["photographs"]) == 2
    assert not list(out.glob(".*"))


def test_the_same_command_writes_the_same_bytes(
    photographs: Path, tmp_path: Path
) -> None:
    def digest(name: str) -> dict[str, str]:
        out = tmp_path / name
        command = [
            "image",
            str(photographs / "p0.png"),
            "--feature",
            "logit:brick",
            *FEW,
        ]
        assert main([*command, "--out", str(out)]) == 0
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(out.iterdir())
        }

    assert digest("one") == digest("two")


def test_visualize_writes_a_picture_for_each_start(
    photographs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    code = main(
        [
            *("visualize", "--feature", "logit:brick", "--starts", "2"),
            *("--parameterization", "fourier_phase", "--spectrum", str(photographs)),
            *("--out", str(out), *FEW),
        ]
    )

    assert code == 0
    assert (out / "logit-brick--0.png").is_file()
    assert (out / "logit-brick--1.png").is_file()
    assert json.loads((out / "run.json").read_text())["visualizations"]


def test_layers_and_features_list_what_can_be_targeted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["layers"]) == 0
    assert "stage3" in capsys.readouterr().out
    assert main(["features", "--match", "brick"]) == 0
    assert capsys.readouterr().out.startswith("logit:brick\t")
    assert main(["features", "--layer", "stage3"]) == 0
    assert "stage3:0\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--feature", "stage33:1"], "close names: stage3"),
        (["--feature", "logit:brik"], "close names: brick"),
        (["--feature", "logit:#0"], "logit:#N"),
        (["--feature", "logit:#9999"], "beyond"),
        (["--feature", "nonsense"], "LAYER:UNIT"),
        (["--feature", "logit:brick", "--network", "mobilnet"], "close names"),
        (["--feature", "logit:brick", "--preset", "best"], "no preset"),
        (["--feature", "logit:brick", "--steps", "0"], "steps must be at least 1"),
        (["--feature", "logit:brick", "--pool", "nowhere"], "no folder"),
        (["--feature", "logit:1", "--weights", "w.pth"], "its own weights"),
        (["--feature", "logit:1", "--regularization-layer", "stge2"], "stage2"),
    ],
)
def test_a_wrong_request_is_refused_with_a_remedy_and_no_traceback(
    photographs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    code = main(["image", str(photographs), "--out", str(tmp_path / "out"), *arguments])

    error = capsys.readouterr().err
    assert code == 1
    assert message in error
    assert "Traceback" not in error


def test_a_corrupt_photograph_is_refused_before_any_search(
    photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photographs / "bad.jpg").write_bytes(b"not a photograph")

    code = main(
        [
            *("image", str(photographs), "--feature", "logit:brick"),
            *("--out", str(tmp_path / "out")),
        ]
    )

    assert code == 1
    assert "bad.jpg" in capsys.readouterr().err
    assert not list((tmp_path / "out").glob("*.png"))


def test_results_are_not_mixed_with_older_ones(
    photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.txt").write_text("older")

    code = main(
        ["image", str(photographs), "--feature", "logit:brick", "--out", str(tmp_path)]
    )

    assert code == 1
    assert "not empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", ["image", "visualize", "spectrum", "layers", "features"]
)
def test_the_help_of_each_command_shows_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        build_parser().parse_args([command, "--help"])

    assert stop.value.code == 0
    assert f"accentuate {command}" in capsys.readouterr().out.split("example:")[1]
