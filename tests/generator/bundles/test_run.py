"""A plan becomes a bundle: the same one after every interruption."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from torch import Tensor

from generator.activations import feature_activations
from generator.bundle import Bundle
from generator.bundles.plan_check import CheckedPlan
from generator.bundles.run import make_bundle
from generator.errors import PhotographError, PoolError
from generator.features import FeatureId
from generator.jobs import WorkFolder
from generator.perceptual_hash import bits_apart
from generator.photographs import from_picture
from generator.progress import NoProgress
from tests.generator.tiny_world import (
    PLAN,
    check_tiny_plan,
    write_photographs,
)

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class StopAfter(NoProgress):
    """Interrupts the run after so many reports."""

    def __init__(self, n_reports: int) -> None:
        self.left = n_reports

    def advance(self, n: int) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


class CountSteps(NoProgress):
    """Notes how often each stage reported."""

    def __init__(self) -> None:
        self.reports: dict[str, int] = {}
        self.stage = ""

    def start(self, stage: str, total: int, *, unit: str) -> None:
        self.stage = stage

    def advance(self, n: int) -> None:
        self.reports[self.stage] = self.reports.get(self.stage, 0) + 1


def make(checked: CheckedPlan, out: Path, **options: Any) -> Bundle:
    settings: dict[str, Any] = {
        "work": WorkFolder(path=out / ".work"),
        "progress": NoProgress(),
    }
    return make_bundle(checked, out, created_at=NOON, **(settings | options))


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> CheckedPlan:
    folder = tmp_path_factory.mktemp("world")
    write_photographs(folder / "photographs")
    return check_tiny_plan(folder)


@pytest.fixture(scope="module")
def bundle(checked: CheckedPlan, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make(checked, tmp_path_factory.mktemp("out"))


def by_id(bundle: Bundle) -> dict[str, dict[str, Any]]:
    return {one["stimulus_id"]: one for one in bundle.stimuli()}


def picture_of(bundle: Bundle, stimulus: dict[str, Any]) -> Tensor:
    return from_picture(Image.open(bundle.folder / stimulus["file"]))


def test_a_bundle_holds_what_the_plan_asks_for(bundle: Bundle) -> None:
    counts = {kind: len(bundle.stimuli(kind)) for kind in bundle_kinds(bundle)}

    assert counts == {
        "natural": 2 * (2 + 6),
        "seed_image": 4,
        "accentuation": 4,
        "opacity_map": 4,
        "masked_accentuation": 4,
        "feature_visualization": 4,
        "attribution": 4,
    }
    assert re.fullmatch(r"tiny-[0-9a-f]{12}", bundle.bundle_id)
    assert bundle.folder.name == bundle.bundle_id
    features = bundle.manifest["features"]
    assert [one["label"] for one in features] == ["brick", None]
    assert [one["unit_index"] for one in features] == [0, 2]
    strata = [pair["stratum"] for pair in bundle.manifest["query_pairs"]]
    assert strata == ["near", "far", "within_class"] * 2
    assert bundle.manifest["pool"]["n_images"] == 60


def bundle_kinds(bundle: Bundle) -> set[str]:
    return {one["kind"] for one in bundle.stimuli()}


def test_every_activation_is_that_of_the_saved_picture(
    bundle: Bundle, checked: CheckedPlan
) -> None:
    for stimulus in bundle.stimuli():
        if stimulus["kind"] in {"opacity_map", "masked_accentuation", "attribution"}:
            assert stimulus["activation"] is None
            continue
        feature = FeatureId.parse(stimulus["feature_id"])
        picture = picture_of(bundle, stimulus)[None]
        found = feature_activations(checked.network, picture, [feature])
        assert stimulus["activation"] == pytest.approx(found.item(), abs=1e-5)
        assert 0 <= stimulus["activation_percentile"] <= 100


def test_an_accentuation_starts_from_its_seed_image(bundle: Bundle) -> None:
    stimuli = by_id(bundle)
    for accentuation in bundle.stimuli("accentuation"):
        seed = stimuli[accentuation["seed_image_id"]]
        assert accentuation["activation_before"] == pytest.approx(
            seed["activation"], abs=1e-5
        )
        assert accentuation["regularization_layer"] == "0"
        assert -1 <= accentuation["ssim"] <= 1


def test_no_query_looks_like_anything_its_panels_show(bundle: Bundle) -> None:
    stimuli = by_id(bundle)
    for pair in bundle.manifest["query_pairs"]:
        tiles = [
            one
            for feature in bundle.manifest["features"]
            if feature["feature_id"] == pair["feature_id"]
            for name in [
                "natural",
                "seed_images",
                "accentuations",
                "feature_visualizations",
                "attributions",
            ]
            for one in feature[name]
        ]
        for key in ("high_stimulus_id", "low_stimulus_id"):
            own = int(stimuli[pair[key]]["perceptual_hash"], 16)
            assert all(
                bits_apart(own, int(stimuli[tile]["perceptual_hash"], 16)) >= 10
                for tile in tiles
            )


def test_the_same_plan_gives_the_same_bytes(
    bundle: Bundle, checked: CheckedPlan, tmp_path: Path
) -> None:
    again = make(checked, tmp_path)

    assert again.bundle_id == bundle.bundle_id
    assert files_of(again.folder) == files_of(bundle.folder)


def test_another_rng_seed_gives_another_bundle(
    bundle: Bundle, checked: CheckedPlan, tmp_path: Path
) -> None:
    other = replace(checked, plan=replace(checked.plan, rng_seed=6))

    assert make(other, tmp_path).bundle_id != bundle.bundle_id


@pytest.mark.parametrize("n_reports", [0, 1, 2, 3, 5, 7, 9])
def test_a_run_stopped_anywhere_goes_on_to_the_same_bytes(
    bundle: Bundle, checked: CheckedPlan, tmp_path: Path, n_reports: int
) -> None:
    with pytest.raises(KeyboardInterrupt):
        make(checked, tmp_path, progress=StopAfter(n_reports))
    assert [path.name for path in tmp_path.iterdir()] in ([], [".work"])

    resumed = make(checked, tmp_path)

    assert files_of(resumed.folder) == files_of(bundle.folder)


def test_finished_work_is_not_done_again(checked: CheckedPlan, tmp_path: Path) -> None:
    first, second = CountSteps(), CountSteps()
    make(checked, tmp_path, progress=first)

    make(checked, tmp_path, progress=second)

    # The balance and two steps, of the two pictures of each feature together.
    assert first.reports["accentuations"] == 2 * (1 + 2)
    assert second.reports["accentuations"] == 4  # one report per finished picture
    assert second.reports["feature visualizations"] == 4


def test_a_further_feature_leaves_finished_ones_as_they_are(
    checked: CheckedPlan, tmp_path: Path
) -> None:
    alone = checked.plan.accentuation.with_changes(pictures_per_pass=1)
    checked = replace(checked, plan=replace(checked.plan, accentuation=alone))
    make(checked, tmp_path)
    more = replace(checked.plan, features=(*checked.plan.features, FeatureId("0", "3")))
    counted = CountSteps()

    make(replace(checked, plan=more), tmp_path, progress=counted)

    # Four pictures are found; a balance and the steps are made for each other one.
    steps = checked.plan.accentuation.steps
    assert counted.reports["accentuations"] == 4 + 2 * (1 + steps)


def test_photographs_that_cannot_be_read_are_all_named(tmp_path: Path) -> None:
    folder = write_photographs(tmp_path / "photographs")
    for name in ("brick/03.png", "sky/07.png"):
        path = folder / name
        path.write_bytes(path.read_bytes()[:60])

    with pytest.raises(PhotographError) as caught:
        make(check_tiny_plan(tmp_path), tmp_path / "out")

    assert "brick/03.png" in str(caught.value)
    assert "sky/07.png" in str(caught.value)


def test_a_pool_that_cannot_supply_features_names_them_all(tmp_path: Path) -> None:
    write_photographs(tmp_path / "photographs")
    text = PLAN.replace("minimum_gap = 5", "minimum_gap = 99")

    with pytest.raises(PoolError) as caught:
        make(check_tiny_plan(tmp_path, text), tmp_path / "out")

    assert "logit:brick: no near pair number 1 of 1" in str(caught.value)
    assert "0:2: no near pair number 1 of 1" in str(caught.value)


def test_pngs_carry_nothing_but_pixels(bundle: Bundle) -> None:
    for stimulus in bundle.stimuli():
        content = (bundle.folder / stimulus["file"]).read_bytes()
        chunks = re.findall(rb"IHDR|IDAT|IEND|tEXt|iTXt|zTXt|tIME|eXIf|pHYs", content)
        assert set(chunks) == {b"IHDR", b"IDAT", b"IEND"}
        assert Image.open(io.BytesIO(content)).mode == "RGB"
