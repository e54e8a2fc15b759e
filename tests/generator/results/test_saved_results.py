"""What `accentuate image` leaves on the disk is true, whole, and honest."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.cli import main
from generator.config import AccentuationConfig
from generator.demo.photographs import PhotographsConfig, write_photographs
from generator.errors import ConfigError, LayerNotFoundError
from generator.feature_lookup import find_objectives
from generator.features import FeatureId
from generator.images import run as image_run
from generator.images.request import ImageRequest
from generator.images.run import make_images, prepare
from generator.metrics import measure_pictures
from generator.networks import load_network
from generator.photographs import (
    from_picture,
    list_photographs,
    read_photograph,
    to_canvas,
    to_picture,
)
from generator.results import saved_accentuation
from generator.results.result_folder import ResultFolder
from tests.generator.toy_network import picture

FEW = ["--steps", "3", "--canvas", "72"]


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Two, under a path with spaces and letters beyond ASCII."""
    folder = tmp_path / "schöne photographs"
    folder.mkdir()
    for seed in range(2):
        to_picture(picture(96, 80, rng_seed=seed)).save(folder / f"p {seed}.png")
    return folder


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


def test_every_number_of_the_table_is_that_of_the_saved_picture(
    photographs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "made"
    command = ["image", str(photographs), "--pool", str(photographs), *FEW]
    features = ["--feature", "logit:brick", "--feature", "stage3:2"]

    assert main([*command, *features, "--out", str(out)]) == 0

    network = load_network("embedded")
    pool = torch.stack(
        [
            to_canvas(read_photograph(path), network.preprocessing, 72)
            for path in sorted(photographs.iterdir())
        ]
    )
    assert len(rows_of(out)) == 4
    for row in rows_of(out):
        with Image.open(out / row["file"]) as file:
            saved = from_picture(file)
        photograph = read_photograph(photographs / row["photograph"])
        seed = to_canvas(photograph, network.preprocessing, 72)
        feature = [FeatureId.parse(row["feature_id"])]

        after = feature_activations(network, saved[None], feature).item()
        before = feature_activations(network, seed[None], feature).item()
        others = feature_activations(network, pool, feature)[:, 0].numpy()
        layer = row["regularization_layer"]
        (again,) = measure_pictures(
            network,
            saved[None],
            seed[None],
            find_objectives(network, feature),
            layers=[layer],
        )

        assert float(row["activation_after"]) == pytest.approx(after, abs=1e-5)
        assert float(row["activation_before"]) == pytest.approx(before, abs=1e-5)
        below = np.count_nonzero(others < after)
        assert float(row["percentile_after"]) == pytest.approx(50 * below)
        assert float(row["latent_distance"]) == pytest.approx(
            again.latent[layer].absolute, rel=1e-4
        )
        for column in ("ssim", "pixel_rmse", "spectral_slope_after", "specificity"):
            expected = getattr(again, column)
            assert float(row[column]) == pytest.approx(expected, rel=1e-3)
        assert row["top5_after"] == "; ".join(again.top_after)


@pytest.fixture(scope="module")
def dead_logit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of squeezenet1_0, whose logit 7 comes after a ReLU never opened."""
    rng = torch.Generator().manual_seed(0)
    state: dict[str, Tensor] = {}
    module = torchvision.models.get_model("squeezenet1_0", weights=None)
    for name, value in module.state_dict().items():
        fan_in = max(1, value[0].numel())
        state[name] = torch.randn(value.shape, generator=rng) / fan_in**0.5
    state["classifier.1.bias"][7] = -1e4
    state["classifier.1.bias"][8] = 10.0
    path = tmp_path_factory.mktemp("weights") / "dead.safetensors"
    save_file(state, path)
    return path


def image_command(photograph: Path, weights: Path, out: Path) -> list[str]:
    return [
        *("image", str(photograph), "--out", str(out), "--preset", "faccent"),
        *("--network", "squeezenet1_0", "--weights", str(weights)),
        *("--steps", "1", "--draws", "2", "--canvas", "64"),
    ]


def test_a_feature_without_gradient_is_named_and_the_other_jobs_go_on(
    photographs: Path,
    dead_logit: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = image_command(photographs / "p 0.png", dead_logit, tmp_path / "made")

    code = main([*command, "--feature", "logit:7", "--feature", "logit:8"])

    printed = capsys.readouterr()
    record = json.loads((tmp_path / "made/run.json").read_text())
    assert code == 0
    assert "logit:7 does not respond to any change of p 0.png" in printed.err
    assert "no picture made, for the reasons above: 1" in printed.out
    assert [row["feature_id"] for row in rows_of(tmp_path / "made")] == ["logit:8"]
    assert len(record["refused"]) == 1
    assert not [
        path for path in (tmp_path / "made").iterdir() if "logit-7" in str(path)
    ]


def test_a_run_that_makes_no_picture_at_all_fails(
    photographs: Path, dead_logit: Path, tmp_path: Path
) -> None:
    command = image_command(photographs / "p 0.png", dead_logit, tmp_path / "made")

    code = main([*command, "--feature", "logit:7"])

    assert code == 1
    assert not list((tmp_path / "made").glob("*.png"))


def test_an_interrupted_run_keeps_what_is_finished_and_no_half_file(
    photographs: Path, tmp_path: Path
) -> None:
    network = load_network("embedded")
    config = AccentuationConfig(
        steps=3, canvas_px=72, balance_draws=8, pictures_per_pass=1
    )
    request = ImageRequest(
        photographs=[photographs],
        features=[FeatureId("logit", "brick")],
        pool=[],
        rng_seed=0,
        config=config,
    )
    out = tmp_path / "made"
    seen = 0

    def stop_in_the_second_job(n_crops: int) -> None:
        nonlocal seen
        seen += n_crops
        if seen > config.crops_per_job:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_images(
            network,
            request,
            prepare(network, request),
            ResultFolder.create(out),
            on_crops=stop_in_the_second_job,
        )

    (row,) = rows_of(out)
    assert row["photograph"] == "p 0.png"
    assert sorted(path.name for path in out.iterdir()) == [
        "contact_sheet.png",
        "distances.csv",
        "features.csv",
        "metrics.csv",
        "p-0--logit-brick.change.x4.png",
        "p-0--logit-brick.json",
        "p-0--logit-brick.masked.p5.sd0.56px.png",
        "p-0--logit-brick.npz",
        "p-0--logit-brick.opacity_map.p5.sd0.56px.png",
        "p-0--logit-brick.png",
        "run.json",
    ]
    record: dict[str, Any] = json.loads((out / "run.json").read_text())
    assert record["is_finished"] is False
    assert len(record["accentuations"]) == 1


def test_the_picture_changes_most_where_the_opacity_map_says(tmp_path: Path) -> None:
    """Mean change in the most opaque quarter over that in the least opaque one."""
    write_photographs(tmp_path, PhotographsConfig())
    network = load_network("embedded")
    paths = [tmp_path / photo.path for photo in list_photographs(tmp_path)[::90]]
    jobs = [
        AccentuationJob(
            seed_image=to_canvas(read_photograph(path), network.preprocessing, 72),
            feature=FeatureId("logit", label),
            rng_seed=0,
        )
        for path in paths
        for label in ("brick", "stars")
    ]

    made = accentuate(network, jobs, AccentuationConfig(steps=15, balance_draws=16))

    ratios = []
    for one in made:
        change = (one.image - one.job.seed_image).abs().mean(0)
        high, low = (one.opacity_map.quantile(q) for q in (0.75, 0.25))
        in_sight = change[one.opacity_map >= high].mean()
        out_of_sight = change[one.opacity_map <= low].mean()
        ratios.append(float(in_sight / out_of_sight))
    assert len(ratios) >= 10
    assert np.mean(np.array(ratios) > 1) >= 0.9
    assert np.median(ratios) > 1.5


def request_for(*photographs: Path, **changes: Any) -> ImageRequest:
    config = AccentuationConfig(
        steps=2, canvas_px=72, balance_draws=8, pictures_per_pass=1
    )
    return ImageRequest(
        photographs=photographs,
        features=[FeatureId("logit", "brick")],
        pool=changes.pop("pool", []),
        rng_seed=changes.pop("rng_seed", 0),
        config=config.with_changes(**changes),
    )


@pytest.mark.parametrize("stage", ["picture_row", "channel_change", "save"])
def test_files_and_tables_agree_wherever_the_run_is_interrupted(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    network, request = load_network("embedded"), request_for(photographs)
    out, n_calls = tmp_path / "made", 0

    def stop_at_the_second(original: Any) -> Any:
        def stopping(*arguments: Any, **options: Any) -> Any:
            nonlocal n_calls
            n_calls += 1
            if n_calls == 2:
                raise KeyboardInterrupt
            return original(*arguments, **options)

        return stopping

    home, name = {
        "picture_row": (image_run, "picture_row"),
        "channel_change": (image_run, "channel_change"),
        "save": (saved_accentuation, "record_of"),  # after the pictures are written
    }[stage]
    monkeypatch.setattr(home, name, stop_at_the_second(getattr(home, name)))

    with pytest.raises(KeyboardInterrupt):
        make_images(
            network, request, prepare(network, request), ResultFolder.create(out)
        )

    (row,) = rows_of(out)
    assert {path.name.split(".")[0] for path in out.glob("p-*")} == {
        row["file"].removesuffix(".png")
    }
    assert len((out / "features.csv").read_text().splitlines()) == 2


def test_photographs_of_one_name_are_told_apart_in_the_table(
    photographs: Path, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        original = photographs / ("p 0.png" if folder == "a" else "p 1.png")
        (tmp_path / folder / "same.png").write_bytes(original.read_bytes())
    request = request_for(tmp_path / "a", tmp_path / "b")

    names = [job.name for job in prepare(load_network("embedded"), request).jobs]

    assert names == [str(tmp_path / folder / "same.png") for folder in ("a", "b")]


@pytest.mark.parametrize(
    "changes", [{"regularization_layers": ("stage33",)}, {"rng_seed": -1}]
)
def test_what_cannot_be_searched_is_refused_before_the_pool_is_looked_at(
    photographs: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    unread = tmp_path / "no such pool"
    request = request_for(photographs, pool=[unread], **changes)

    with pytest.raises((LayerNotFoundError, ConfigError), match=r"stage33|rng_seed"):
        prepare(load_network("embedded"), request)
