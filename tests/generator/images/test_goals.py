"""Penalties and goals on the command line of `accentuate image`."""

import csv
import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from generator.cli import main
from generator.photographs import from_picture, read_photograph, to_canvas, to_picture
from tests.generator.toy_network import picture

FEW = ["--steps", "12", "--canvas", "72", "--draws", "2", "--feature", "stage3:2"]


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for seed in range(4):
        to_picture(picture(96, 96, rng_seed=seed)).save(folder / f"p{seed}.png")
    return folder


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_budget_is_kept_and_written_down(photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "made"
    command = ["image", str(photographs / "p0.png"), *FEW, "--out", str(out)]

    assert main([*command, "--budget", "ssim=0.02"]) == 0

    (row,) = rows_of(out)
    assert (row["goal"], row["flag"]) == ("ssim=0.02", "")
    assert float(row["goal_achieved"]) == pytest.approx(0.02, rel=0.05)
    assert 1 - float(row["ssim"]) == pytest.approx(0.02, rel=0.05)
    record = json.loads((out / Path(row["file"]).with_suffix(".json")).read_text())
    assert record["budget"]["asked"] == {"kind": "ssim", "distance": 0.02}
    assert record["penalties"][0]["name"].startswith("l2 at ")


def test_levels_give_a_picture_each_and_say_which_is_missed(
    photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "made"
    command = ["image", str(photographs / "p0.png"), *FEW, "--out", str(out)]
    levels = ["--level", "percentile=40", "--level", "percentile=60"]
    far = ["--level", "value=1000"]

    assert main([*command, "--pool", str(photographs), *levels, *far]) == 0

    rows = {row["goal"]: row for row in rows_of(out)}
    assert set(rows) == {"percentile=40", "percentile=60", "value=1000"}
    assert rows["value=1000"]["flag"] == "target_not_reached"
    assert len({row["file"] for row in rows.values()}) == 3
    assert "goal reached in " in capsys.readouterr().out


def test_only_the_region_of_a_mask_is_edited(photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "made"
    mask = torch.zeros(3, 96, 96)
    mask[..., :48] = 1
    to_picture(mask).save(tmp_path / "mask.png")
    region = ["--region", str(tmp_path / "mask.png"), "--edit-inside-only"]
    command = ["image", str(photographs / "p0.png"), *FEW, "--out", str(out)]

    assert main([*command, *region]) == 0

    (row,) = rows_of(out)
    with Image.open(out / row["file"]) as file:
        saved = from_picture(file)
    record = json.loads((out / "run.json").read_text())
    assert record["config"]["edit_inside_only"] is True
    from generator.networks import load_network

    photograph = read_photograph(photographs / "p0.png")
    seed = to_canvas(photograph, load_network("embedded").preprocessing, 72)
    assert (saved - seed)[..., 40:].abs().max() <= 1e-6
    assert (saved - seed)[..., :30].abs().max() > 0


def test_layers_with_weights_and_other_terms_are_recorded(
    photographs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "made"
    layers = [
        *("--regularization-layer", "stage1*0.7"),
        *("--regularization-layer", "stage2*0.3"),
    ]
    terms = ["--distance", "l1", "--pixel-weight", "0.5", "--spectrum-weight", "0.1"]
    command = ["image", str(photographs / "p0.png"), *FEW, "--out", str(out)]

    assert main([*command, *layers, *terms]) == 0

    (row,) = rows_of(out)
    assert row["penalties"] == "l1 at stage1; l1 at stage2; pixel; spectrum"
    config = json.loads((out / "run.json").read_text())["config"]
    assert config["layer_weights"] == [0.7, 0.3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--budget", "0.3"], "KIND=DISTANCE"),
        (["--budget", "ssim=0.1", "--regularization-weight", "0"], "needs a penalty"),
        (["--level", "99", "--pool", "POOL"], "KIND=AMOUNT"),
        (["--level", "value=1"], "add --pool"),
        (
            ["--level", "value=1", "--pool", "POOL", "--budget", "ssim=0.1"],
            "exclude each other",
        ),
        (["--level", "value=1", "--pool", "POOL", "--suppress"], "exclude each other"),
        (
            ["--level", "value=1", "--level", "value=1", "--pool", "POOL"],
            "names one twice",
        ),
        (["--penalty-side", "inside"], "need --region"),
        (["--region", "POOL/p0.png"], "changes nothing by itself"),
        (["--regularization-layer", "stage1*much"], "NAME*WEIGHT"),
    ],
)
def test_a_wrong_request_is_refused_before_anything_is_made(
    photographs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    given = [text.replace("POOL", str(photographs)) for text in arguments]
    out = tmp_path / "made"

    code = main(["image", str(photographs), *FEW, "--out", str(out), *given])

    assert code == 1
    assert message in capsys.readouterr().err
    assert not out.exists()
