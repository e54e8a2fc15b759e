"""`accentuate attribute`: what it writes and what it pairs."""

import csv
import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.attribution.pairs import PairRequest, find_pairs
from generator.attribution.run import make_attributions
from generator.attribution.settings import METHODS, AttributionConfig
from generator.features import FeatureId
from generator.networks import load_network
from generator.results.result_folder import ResultFolder
from tests.generator.attribution.attributing import (
    DISPLAY,
    attribute,
    record_of,
    rows_of,
)


def test_a_result_folder_gives_a_figure_arrays_and_a_table(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "maps"

    assert attribute(out, "--from-result", made / "made") == 0

    rows = rows_of(out)
    assert len(rows) == 4 * len(METHODS)
    assert {row["photograph"] for row in rows} == {"p0.png", "p1.png"}
    assert [row["method"] for row in rows[: len(METHODS)]] == list(METHODS)
    for row in rows:
        is_complete = row["method"] == "integrated_gradients"
        assert bool(row["completeness_error_accentuation"]) == is_complete
        assert bool(row["is_complete"]) == is_complete
        assert -1 <= float(row["rank_correlation"]) <= 1
    stem = rows[0]["file"].removesuffix(".maps.npz")
    with Image.open(out / f"{stem}.figure.png") as figure:
        columns = 2 + len(METHODS)
        assert figure.width == columns * (216 + 10) + 10  # 72 pixels, three times
    for method in METHODS:
        with Image.open(out / f"{stem}.accentuation.{method}.{DISPLAY}") as display:
            assert display.size == (72, 72)
    assert "integrated_gradients" in capsys.readouterr().out
    assert not list(out.glob(".*"))


def test_raw_arrays_are_kept_as_the_methods_give_them(
    made: Path, tmp_path: Path
) -> None:
    out = tmp_path / "maps"

    attribute(out, "--from-result", made / "made", "--feature", "logit:brick")

    with np.load(out / rows_of(out)[0]["file"]) as arrays:
        raw = arrays["accentuation.integrated_gradients.raw"]
        on_canvas = arrays["seed_image.occlusion.on_canvas"]
        assert len(arrays.files) == 2 * 2 * len(METHODS)
    assert raw.dtype == on_canvas.dtype == np.float32
    assert raw.ndim == 3
    assert (raw < 0).any()
    assert on_canvas.shape == (72, 72)


def test_the_record_says_what_the_maps_were_made_of_and_with(
    made: Path, tmp_path: Path
) -> None:
    out = tmp_path / "maps"

    attribute(out, "--from-result", made / "made", "--feature", "logit:brick")

    record = record_of(out)
    assert record["features"] == ["logit:brick"]
    assert record["config"]["rise_masks"] == 20
    assert record["display"] == {"clip_percent": 5.0, "blur_px": [0.5625]}
    assert record["methods"]["logit:brick"]["grad_cam"]["layer"]
    assert record["from_result"] == str(made / "made")
    assert record["captum"]
    photograph = made / "photographs" / "p0.png"
    sha256 = hashlib.sha256(photograph.read_bytes()).hexdigest()
    assert record["sources"][str(photograph)] == sha256
    assert len(record["sources"]) == 6  # photograph, accentuation and its arrays each


def test_activations_are_those_of_the_saved_pictures(
    made: Path, tmp_path: Path
) -> None:
    out = tmp_path / "maps"

    attribute(out, "--from-result", made / "made", "--method", "grad_cam")

    with (made / "made" / "metrics.csv").open() as file:
        metrics = list(csv.DictReader(file))
    for row, metric in zip(rows_of(out), metrics, strict=True):
        assert row["accentuation"] == metric["file"]
        assert float(row["activation_accentuation"]) == pytest.approx(
            float(metric["activation_after"]), abs=1e-4
        )


def test_the_same_command_writes_the_same_bytes(made: Path, tmp_path: Path) -> None:
    def digest(name: str) -> dict[str, str]:
        out = tmp_path / name
        photograph = made / "photographs" / "p0.png"
        assert attribute(out, photograph, "--feature", "logit:#1 - logit:brick") == 0
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(out.iterdir())
        }

    assert digest("one") == digest("two")


def test_photographs_alone_have_no_accentuation_row(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "maps"

    code = attribute(
        out,
        made / "photographs",
        *("--feature", "logit:brick", "--method", "rise", "--canvas", "64"),
    )

    rows = rows_of(out)
    assert code == 0
    assert len(rows) == 2
    assert all(row["activation_accentuation"] == "" for row in rows)
    assert all(row["rank_correlation"] == "" for row in rows)


def test_a_photograph_is_paired_with_the_picture_made_of_it(
    made: Path, tmp_path: Path
) -> None:
    out = tmp_path / "maps"

    code = attribute(
        out,
        made / "photographs" / "p1.png",
        "--accentuation",
        made / "made" / "p1--logit-brick.png",
        *("--feature", "logit:brick", "--method", "gradient"),
    )

    (row,) = rows_of(out)
    assert code == 0
    assert float(row["activation_accentuation"]) > float(row["activation_seed_image"])


def test_moved_photographs_are_found_where_they_are_said_to_lie(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(made, moved)
    record = moved / "made" / "run.json"
    record.write_text(record.read_text().replace(str(made), str(tmp_path / "gone")))
    quick = ["--method", "gradient"]

    lost = attribute(tmp_path / "a", "--from-result", moved / "made", *quick)
    found = attribute(
        tmp_path / "b", moved / "photographs", "--from-result", moved / "made", *quick
    )

    assert lost == 1
    assert "has moved or changed" in capsys.readouterr().err
    assert found == 0


def test_an_interrupted_run_leaves_what_is_finished(made: Path, tmp_path: Path) -> None:
    network = load_network("embedded")
    request = PairRequest(
        photographs=[made / "photographs"], features=[FeatureId("logit", "brick")]
    )
    passed: list[int] = []

    def interrupt(n_views: int) -> None:
        passed.append(n_views)
        if len(passed) > 3:  # two passes for each picture
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_attributions(
            network,
            find_pairs(network, request),
            ["gradient"],
            AttributionConfig(),
            ResultFolder.create(tmp_path / "out"),
            on_progress=interrupt,
        )

    assert len(rows_of(tmp_path / "out")) == 1
    assert len(record_of(tmp_path / "out")["attributions"]) == 1
