"""What all figures have in common."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from generator.activations import feature_activations
from generator.experiments.registry import EXPERIMENTS
from generator.experiments.request import FigureRequest
from generator.experiments.studio import Studio
from generator.feature_text import parse_feature
from generator.photographs import from_picture
from tests.generator.experiments.little_world import (
    little_network,
    request_of,
    studio_of,
    write_photographs,
)

NAMES = [experiment.name for experiment in EXPERIMENTS]


RequestFor = Callable[..., FigureRequest]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One that was made, and the crops it was told of on the way."""

    studio: Studio
    out: Path
    n_crops: int


@pytest.fixture(scope="module")
def request_for(tmp_path_factory: pytest.TempPathFactory) -> RequestFor:
    folder = tmp_path_factory.mktemp("photographs")
    photographs = write_photographs(folder / "eight", 8)
    write_photographs(folder / "many", 16)

    def make(name: str, **settings: Any) -> FigureRequest:
        if name == "circuits":
            features = ("logit:dot", "logit:wave")
            return request_of(
                [], features=features, pool=(folder / "many",), **settings
            )
        if name in ("diversity", "polysemantic"):
            return request_of(photographs, features=("2:3",), **settings)
        return request_of(photographs[:1], **settings)

    return make


@pytest.fixture(scope="module")
def figures(
    request_for: RequestFor, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Figure]:
    """Each figure by its name, made once for all that is asked of it."""

    @cache
    def make(name: str) -> Figure:
        done: list[int] = []
        out = tmp_path_factory.mktemp(name) / "out"
        studio = studio_of(name, request_for(name), out, on_crops=done.append)
        studio.run()
        return Figure(studio=studio, out=out, n_crops=sum(done))

    return make


@pytest.fixture
def figure(name: str, figures: Callable[[str], Figure]) -> Figure:
    return figures(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_a_sheet_a_table_and_a_record(name: str, figure: Figure) -> None:
    with (figure.out / "metrics.csv").open() as file:
        table = list(csv.DictReader(file))
    record = json.loads((figure.out / "figure.json").read_text())
    assert len(table) == len(record["pictures"]) > 1
    assert record["figure"] == name
    assert record["is_finished"]
    assert record["config"]["steps"] == 3
    assert record["generator"]["libraries"]
    with Image.open(figure.out / "contact_sheet.png") as sheet:
        assert 400 < sheet.width <= 1800


@pytest.mark.parametrize("name", NAMES)
def test_the_same_figure_twice_has_the_same_bytes(
    name: str, figure: Figure, request_for: RequestFor, tmp_path: Path
) -> None:
    studio_of(name, request_for(name), tmp_path / "again").run()

    one, two = (
        {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (figure.out, tmp_path / "again")
    )
    assert one == two


@pytest.mark.parametrize("name", NAMES)
def test_activations_are_those_of_the_stored_pictures(figure: Figure) -> None:
    network = little_network()
    for row in figure.studio.rows:
        if row["weights"] != "own" or row["feature_id"].startswith("callable"):
            continue
        with Image.open(figure.out / row["file"]) as stored:
            canvas = from_picture(stored)
        feature = parse_feature(row["feature_id"])
        found = float(feature_activations(network, canvas[None], [feature]))
        assert row["activation_after"] == pytest.approx(found, abs=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_the_work_announced_is_the_work_done(figure: Figure) -> None:
    assert figure.n_crops == figure.studio.plan.n_crops


@pytest.mark.parametrize("name", [name for name in NAMES if name != "circuits"])
def test_masked_views_are_files_of_their_own(
    name: str, figure: Figure, request_for: RequestFor, tmp_path: Path
) -> None:
    masks = tmp_path / "masks"

    studio_of(name, request_for(name, show_masks=True), masks).run()

    for path in figure.out.glob("*.png"):
        if path.name != "contact_sheet.png":
            assert path.read_bytes() == (masks / path.name).read_bytes()
    views = list(masks.glob("*.masked.*png"))
    assert len(views) == len(list(masks.glob("*.opacity_map.*png"))) > 0
    for view in views:
        stem = view.name.split(".masked")[0]
        assert (masks / f"{stem}.png").is_file()


def test_a_figure_interrupted_leaves_what_is_finished(
    request_for: RequestFor, tmp_path: Path
) -> None:
    done: list[int] = []
    crops_of_two = 2 * (4 + 3 * 2)

    def interrupt(n: int) -> None:
        done.append(n)
        if sum(done) > crops_of_two:
            raise KeyboardInterrupt

    out = tmp_path / "out"
    studio = studio_of(
        "lambda-sweep", request_for("lambda-sweep"), out, on_crops=interrupt
    )

    with pytest.raises(KeyboardInterrupt):
        studio.run()

    record = json.loads((out / "figure.json").read_text())
    assert not record["is_finished"]
    made = [row for row in record["pictures"] if row["kind"] == "accentuation"]
    assert [row["lambda"] for row in made] == [0.0, 0.01]
    assert all((out / row["file"]).is_file() for row in record["pictures"])
    assert (out / "contact_sheet.png").is_file()


def test_a_pool_places_every_picture(request_for: RequestFor, tmp_path: Path) -> None:
    write_photographs(tmp_path / "pool", 5)
    request = request_for("lambda-sweep", pool=(tmp_path / "pool",), values=("1",))
    studio = studio_of("lambda-sweep", request, tmp_path / "out")

    studio.run()

    assert [row["n_pool"] for row in studio.rows] == [5, 5]
    assert all(0 <= row["percentile_after"] <= 100 for row in studio.rows)


def test_a_feature_without_gradient_leaves_an_empty_frame(tmp_path: Path) -> None:
    network = little_network()
    with torch.no_grad():
        network.module.get_parameter("6.weight")[0] = 0
    photographs = write_photographs(tmp_path / "photographs", 1)
    request = request_of(photographs, features=("logit:dot",), values=("1",))
    out = tmp_path / "out"
    studio = studio_of("lambda-sweep", request, out, network=network)

    studio.run()

    _, refused = studio.rows
    assert refused["status"] == "no_gradient"
    assert refused["file"] is None
    with Image.open(out / "contact_sheet.png") as sheet:
        assert np.asarray(sheet).mean() > 0


def test_a_photograph_shown_twice_is_written_once(tmp_path: Path) -> None:
    (photograph,) = write_photographs(tmp_path / "photographs", 1)
    out = tmp_path / "out"
    studio = studio_of("class-logits", request_of([photograph]), out)

    studio.run()

    shown = [row["file"] for row in studio.rows if row["kind"] == "natural"]
    assert shown == ["photo0--seed-image.png"] * 2


def test_photographs_of_one_name_are_written_apart(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_photographs(one, 1)
    write_photographs(two, 2)
    (two / "photo1.png").replace(two / "photo0.png")
    request = request_of([one / "photo0.png", two / "photo0.png"], values=("1",))
    studio = studio_of("lambda-sweep", request, tmp_path / "out")

    studio.run()

    files = [row["file"] for row in studio.rows]
    assert len(set(files)) == len(files) == 4
