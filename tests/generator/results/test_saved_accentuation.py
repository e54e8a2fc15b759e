"""One accentuation on disk: raw pixels, views that say what they are, whole arrays."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator.accentuation import Accentuation, accentuate
from generator.accentuation_job import AccentuationJob
from generator.cli import main
from generator.config import AccentuationConfig
from generator.errors import ConfigError
from generator.features import FeatureId
from generator.photographs import from_picture, quantize
from generator.results.film import mp4_film
from generator.results.trajectory_views import animated_gif, trajectory_strip
from tests.generator.toy_network import picture, toy_network


@pytest.fixture(scope="module")
def made() -> Accentuation:
    config = AccentuationConfig(
        steps=8, draws_per_step=2, balance_draws=8, trajectory_frames=5
    )
    job = AccentuationJob(
        seed_image=picture(21, 27), feature=FeatureId("logit", "line"), rng_seed=0
    )
    (found,) = accentuate(toy_network(), [job], config)
    return found


def test_the_picture_is_the_optimized_pixels_and_its_views_are_other_files(
    made: Accentuation, tmp_path: Path
) -> None:
    file = made.save(tmp_path / "made")

    names = sorted(path.name for path in (tmp_path / "made").iterdir())
    with Image.open(file) as opened:
        assert torch.equal(from_picture(opened), made.image)
        assert opened.info == {}
    assert names == [
        "picture--logit-line.change.x4.png",
        "picture--logit-line.json",
        "picture--logit-line.masked.p5.sd0.21px.png",
        "picture--logit-line.npz",
        "picture--logit-line.opacity_map.p5.sd0.21px.png",
        "picture--logit-line.png",
        "picture--logit-line.trajectory.png",
    ]


def test_a_saved_record_holds_config_metrics_and_display(
    made: Accentuation, tmp_path: Path
) -> None:
    file = made.save(tmp_path / "made")

    record = json.loads(file.with_suffix(".json").read_text())
    assert record["config"]["steps"] == 8
    assert record["metrics"]["activation_after"] == made.activation_after
    assert record["display"]["clip_percent"] == 5
    assert record["trajectory_steps"] == [0, 2, 4, 6, 8]


def test_arrays_survive_the_disk_and_the_change_is_signed(
    made: Accentuation, tmp_path: Path
) -> None:
    path = tmp_path / "made.npz"
    made.to_npz(path)

    with np.load(path) as arrays:
        assert np.array_equal(arrays["image"], made.image.numpy())
        assert arrays["opacity_map"].dtype == np.float32
        assert arrays["change"].min() < 0 < arrays["change"].max()
        assert arrays["trajectory"].shape == (5, 3, 21, 27)
        recomputed = arrays["image"] - quantize(picture(21, 27)).numpy()
        assert np.array_equal(arrays["change"], recomputed)


def test_a_trajectory_runs_from_the_seed_image_to_the_result(
    made: Accentuation,
) -> None:
    first, last = made.trajectory[0], made.trajectory[-1]

    assert (first.n_steps, last.n_steps) == (0, 8)
    assert (first.image - picture(21, 27)).abs().max() < 2 / 255
    assert torch.equal(last.image, made.image)


def test_a_trajectory_can_be_seen_as_strip_gif_and_film(made: Accentuation) -> None:
    strip = trajectory_strip(made.trajectory)
    with Image.open(io.BytesIO(animated_gif(made.trajectory))) as gif:
        frames = getattr(gif, "n_frames", 1)
    film = mp4_film(made.trajectory)

    assert strip.size == (5 * 27 + 4 * 4, 21 + 14)
    assert frames == 5
    assert film[4:8] == b"ftyp"


def test_a_page_shows_the_pictures_without_loading_anything(
    made: Accentuation,
) -> None:
    page = made.html()

    assert page.count("data:image/png;base64,") == 4
    assert "http" not in page
    assert "5 % of pixels fully opaque" in page


@pytest.mark.parametrize("frames", [1, -1])
def test_a_trajectory_has_a_start_and_an_end(frames: int) -> None:
    with pytest.raises(ConfigError, match="trajectory_frames"):
        AccentuationConfig(trajectory_frames=frames)


def test_a_film_without_frames_is_refused_before_any_computing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["image", "none.png", "--feature", "logit:brick", "--gif"]

    assert main([*command, "--out", str(out)]) == 1
    assert "--trajectory N" in capsys.readouterr().err
    assert not out.exists()


def test_a_film_without_its_library_names_the_extra(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    command = ["image", "none.png", "--feature", "logit:brick", "--mp4"]

    code = main([*command, "--trajectory", "4", "--out", str(tmp_path / "out")])

    assert code == 1
    assert "accentuate[video]" in capsys.readouterr().err
