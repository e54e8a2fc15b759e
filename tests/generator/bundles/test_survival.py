"""Runs that are killed, cramped or poisoned end at the bytes of an undisturbed one."""

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from generator.errors import PhotographError
from generator.photographs import read_photograph
from tests.generator.bundles.moody_network import NAME, ROOM, SICK
from tests.generator.bundles.survival import (
    EMBEDDED_PLAN,
    bundle_of,
    changed_at,
    files_of,
    kill_after,
    largest_difference,
    make,
    work_files,
    write_plan,
)
from tests.generator.tiny_world import PLAN

MOODY_PLAN = PLAN.replace('"0"', '"conv1"').replace('"0:2"', '"logit:sky"')


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan on the embedded network, and beside it the undisturbed bundle."""
    plan = write_plan(tmp_path_factory.mktemp("embedded"), EMBEDDED_PLAN)
    torch.set_num_threads(1)
    assert make(plan, plan.parent / "undisturbed") == 0
    return plan


@pytest.fixture(scope="module")
def moody(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan on the moody network in its best mood, likewise."""
    plan = write_plan(tmp_path_factory.mktemp("moody"), MOODY_PLAN)
    torch.set_num_threads(1)
    assert make(plan, plan.parent / "undisturbed", "--network", NAME) == 0
    return plan


# Survey and index; 4 accentuations in packs of two; 4 visualizations in one pack;
# 4 attributions; 2 controls.
@pytest.mark.parametrize("n_files", [4, 13])
def test_a_killed_run_goes_on_to_the_same_bytes(
    embedded: Path, tmp_path: Path, n_files: int
) -> None:
    undisturbed = embedded.parent / "undisturbed"
    kill_after(embedded, tmp_path, n_files)
    kept = changed_at(tmp_path)
    assert n_files <= len(kept) < len(work_files(undisturbed))

    assert make(embedded, tmp_path) == 0

    assert files_of(tmp_path) == files_of(undisturbed)
    assert work_files(tmp_path) == work_files(undisturbed)
    # Nothing that was finished was made again: less than one pack was lost.
    assert {name: changed_at(tmp_path)[name] for name in kept} == kept


def test_a_run_short_of_memory_goes_on_to_nearly_the_same_pictures(
    moody: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(ROOM, "3")  # of the eight crops of four jobs

    assert make(moody, tmp_path, "--network", NAME) == 0

    assert "out of memory" in caplog.text
    undisturbed = moody.parent / "undisturbed"
    assert largest_difference(tmp_path, undisturbed) <= 1
    for one, other in zip(
        activations_of(tmp_path), activations_of(undisturbed), strict=True
    ):
        assert one == pytest.approx(other, abs=1e-4)


def test_a_run_whose_passes_fit_has_the_same_bytes_with_less_memory(
    moody: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ROOM, "32")  # a balance of four jobs: eight crops of each

    assert make(moody, tmp_path, "--network", NAME) == 0

    assert files_of(tmp_path) == files_of(moody.parent / "undisturbed")


def activations_of(out: Path) -> list[float]:
    manifest = json.loads((bundle_of(out) / "manifest.json").read_text())
    return [one["activation"] for one in manifest["stimuli"] if one["activation"]]


def test_a_feature_that_is_not_a_number_is_named_and_the_rest_is_finished(
    moody: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    undisturbed = work_files(moody.parent / "undisturbed")
    with monkeypatch.context() as sick:
        sick.setenv(SICK, "sky")
        assert make(moody, tmp_path, "--network", NAME) == 1

    said = capsys.readouterr().err
    assert said.count("accentuation of") == 2
    assert said.count("feature visualization of logit:sky") == 2
    assert "logit:brick" not in said
    kept = work_files(tmp_path)
    # Two accentuations and two visualizations are missing.
    assert len(kept) == len(undisturbed) - 4
    assert all(undisturbed[name] == content for name, content in kept.items())
    times = changed_at(tmp_path)

    assert make(moody, tmp_path, "--network", NAME) == 0  # it was mended

    assert files_of(tmp_path) == files_of(moody.parent / "undisturbed")
    assert {name: changed_at(tmp_path)[name] for name in times} == times


def test_a_photograph_that_cannot_be_read_any_more_is_named_at_the_end(
    moody: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    undisturbed = moody.parent / "undisturbed"
    manifest = json.loads((bundle_of(undisturbed) / "manifest.json").read_text())
    seed = next(one for one in manifest["stimuli"] if one["kind"] == "seed_image")
    lost = seed["source"]["path"]

    def read(path: Path) -> Image.Image:
        if str(path).endswith(lost):
            raise PhotographError(f"{path} is cut short")
        return read_photograph(path)

    with monkeypatch.context() as broken:
        broken.setattr("generator.bundles.seed_images.read_photograph", read)
        assert make(moody, tmp_path, "--network", NAME) == 1

    assert f"accentuation of {lost}" in (said := capsys.readouterr().err)
    assert "is cut short" in said
    # Where it is a seed image, its accentuation and its attribution are missing.
    kept, whole = work_files(tmp_path), work_files(undisturbed)
    assert len(kept) == len(whole) - 2 * said.count("is cut short")
    assert all(whole[name] == content for name, content in kept.items())
    assert make(moody, tmp_path, "--network", NAME) == 0
    assert files_of(tmp_path) == files_of(undisturbed)


def test_an_exemplar_that_cannot_be_read_any_more_does_not_stop_other_controls(
    embedded: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    undisturbed = embedded.parent / "undisturbed"
    manifest = json.loads((bundle_of(undisturbed) / "manifest.json").read_text())
    exemplars = {one for of in manifest["features"] for one in of["natural"]}
    paths = {
        is_exemplar: {
            one["source"]["path"]
            for one in manifest["stimuli"]
            if (one["stimulus_id"] in exemplars) == is_exemplar
            and one["kind"] in {"natural", "seed_image"}
        }
        for is_exemplar in (True, False)
    }
    lost = min(paths[True] - paths[False])

    def read(path: Path) -> Image.Image:
        if str(path).endswith(lost):
            raise PhotographError(f"{path} is cut short")
        return read_photograph(path)

    monkeypatch.setattr("generator.bundles.seed_images.read_photograph", read)
    assert make(embedded, tmp_path) == 1

    said = capsys.readouterr().err
    assert "there is no bundle" in said
    assert "controls (random_feature) for" in said
    kept, whole = work_files(tmp_path), work_files(undisturbed)
    assert len(kept) == len(whole) - said.count("is cut short")
    assert all(whole[name] == content for name, content in kept.items())
