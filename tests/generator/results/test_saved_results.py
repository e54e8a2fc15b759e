"""What `accentuate image` leaves on the disk is true and honest."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.cli import main
from generator.config import AccentuationConfig
from generator.demo.photographs import PhotographsConfig, write_photographs
from generator.feature_lookup import find_objectives
from generator.features import FeatureId
from generator.images.run import prepare
from generator.metrics import measure_pictures
from generator.networks import load_network
from generator.photographs import (
    from_picture,
    list_photographs,
    read_photograph,
    to_canvas,
)
from tests.generator.results.made_images import FEW, request_for, rows_of


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
