"""`accentuate attribute`: what it refuses."""

import json
import shutil
from pathlib import Path

import pytest

from generator.photographs import to_picture
from tests.generator.attribution.attributing import attribute
from tests.generator.toy_network import picture


def test_a_changed_photograph_is_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(made / "photographs", changed)
    to_picture(picture(96, 80, rng_seed=9)).save(changed / "p0.png")

    code = attribute(tmp_path / "out", changed, "--from-result", made / "made")

    assert code == 1
    assert "'p0.png'" in capsys.readouterr().err


def test_accentuations_of_another_network_are_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(made / "made", other)
    record = json.loads((other / "run.json").read_text())
    record["network"]["weights_sha256"] = "f" * 64
    (other / "run.json").write_text(json.dumps(record))

    code = attribute(tmp_path / "out", "--from-result", other)

    assert code == 1
    assert "Give the same network and weights" in capsys.readouterr().err


def test_an_unfinished_result_folder_is_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(made / "made", broken)
    for path in broken.glob("*.npz"):
        path.write_bytes(b"PK")

    code = attribute(tmp_path / "out", "--from-result", broken)

    assert code == 1
    assert "cannot be read for its opacity map" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["p0.png"], "name at least one feature"),
        (["--feature", "logit:brick"], "give photographs"),
        (["p0.png", "--feature", "brick"], "LAYER:UNIT"),
        (["p0.png", "--feature", "logit:brick", "--method", "cam"], "no attribution"),
        (["p0.png", "--feature", "logit:brick", "--canvas", "4"], "canvas_px must be"),
        (
            ["p0.png", "--feature", "logit:brick", "--smooth-noise", "-1"],
            "smooth_noise must be at least 0",
        ),
        (["--from-result", "nowhere"], "not a folder made by `accentuate image`"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = attribute(tmp_path / "out", *arguments)

    assert code == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_feature_without_an_accentuation_is_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = attribute(
        tmp_path / "out", "--from-result", made / "made", "--feature", "logit:fur"
    )

    assert code == 1
    assert "has no accentuation of logit:fur; it has: logit:" in capsys.readouterr().err


def test_every_photograph_needs_its_accentuation(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = attribute(
        tmp_path / "out",
        made / "photographs",
        *("--accentuation", made / "made" / "p0--logit-brick.png"),
        *("--feature", "logit:brick"),
    )

    assert code == 1
    assert "got 2 photographs and 1 accentuations" in capsys.readouterr().err


def test_an_accentuation_that_is_not_square_is_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photograph = made / "photographs" / "p0.png"  # 80 x 96

    code = attribute(
        tmp_path / "out",
        photograph,
        *("--accentuation", photograph, "--feature", "logit:brick"),
    )

    assert code == 1
    assert "80 x 96 pixels, not a square" in capsys.readouterr().err
