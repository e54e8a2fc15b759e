"""Bundles are whole or absent, and any change is found."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generator.bundle import (
    digest_manifest,
    encode_png,
    read_bundle,
    verify_bundle,
    write_bundle,
)
from generator.bundles.control_config import MatchingConfig
from generator.bundles.match_checks import describe_matching
from generator.bundles.stimuli import StimulusSheet
from generator.errors import BundleError
from generator.features import FeatureId

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
FEATURE = FeatureId("logit", "brick")


def make_content() -> tuple[dict[str, Any], dict[str, bytes]]:
    """The smallest bundle that holds every kind of stimulus."""
    rng = np.random.default_rng(0)
    sheet = StimulusSheet(content="abc")

    def add(kind: str, name: str, **known: object) -> str:
        picture = rng.integers(0, 256, size=(12, 12, 3), dtype=np.uint8)
        return sheet.add(kind, FEATURE, (name,), picture, **known)

    def add_photograph(kind: str, name: str, percentile: float) -> str:
        return add(
            kind,
            name,
            source={"path": f"wall/{name}.png", "sha256": name * 8},
            activation=percentile / 10,
            activation_percentile=percentile,
        )

    natural = add_photograph("natural", "top", 99)
    seed = add_photograph("seed_image", "seed", 80)
    high = add_photograph("natural", "high", 95)
    low = add_photograph("natural", "low", 15)
    accentuation = add("accentuation", "made", seed_image_id=seed)
    for kind in ("opacity_map", "masked_accentuation"):
        add(kind, "view", seed_image_id=seed, accentuation_id=accentuation)
    visualization = add("feature_visualization", "noise", rng_seed=1)
    attribution = add("attribution", "heat", seed_image_id=seed)
    feature = {
        "feature_id": str(FEATURE),
        "label": "brick",
        "layer": "logit",
        "unit_index": 0,
        "natural": [natural],
        "seed_images": [seed],
        "accentuations": [accentuation],
        "feature_visualizations": [visualization],
        "attributions": [attribution],
        "controls": {},
    }
    pair = {
        "query_pair_id": "p1",
        "feature_id": str(FEATURE),
        "stratum": "near",
        "high_stimulus_id": high,
        "low_stimulus_id": low,
        "activation_gap": 80,
    }
    content: dict[str, Any] = {
        "generator": {},
        "network": {},
        "config": {},
        "pool": {"n_images": 4},
        "matching": describe_matching(MatchingConfig()),
        "features": [feature],
        "query_pairs": [pair],
        "stimuli": sheet.sorted_records(),
    }
    return content, sheet.pictures


def write(out: Path) -> Path:
    content, pictures = make_content()
    return write_bundle(out, "wall", content, pictures, created_at=NOON).folder


def test_a_bundle_comes_back_as_it_was_written(tmp_path: Path) -> None:
    content, pictures = make_content()

    written = write_bundle(tmp_path, "wall", content, pictures, created_at=NOON)
    found = verify_bundle(written.folder)

    assert found.manifest == written.manifest
    assert {key: found.manifest[key] for key in content} == content
    assert found.manifest["created_at"] == "2026-01-02T12:00:00+00:00"
    assert [path.name for path in tmp_path.iterdir()] == [written.bundle_id]
    for stimulus_id, png in pictures.items():
        assert (written.folder / "images" / f"{stimulus_id}.png").read_bytes() == png


def test_the_id_follows_from_the_content_and_not_from_the_hour(tmp_path: Path) -> None:
    content, pictures = make_content()
    one = write_bundle(tmp_path / "a", "wall", content, pictures, created_at=NOON)
    later = NOON.replace(year=2027)
    two = write_bundle(tmp_path / "b", "wall", content, pictures, created_at=later)

    assert one.bundle_id == two.bundle_id
    assert one.bundle_id == f"wall-{digest_manifest(one.manifest)[:12]}"


def test_an_equal_bundle_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    folder = write(tmp_path)
    before = (folder / "manifest.json").stat().st_mtime_ns

    assert write(tmp_path) == folder
    assert (folder / "manifest.json").stat().st_mtime_ns == before


def test_remains_of_a_killed_run_are_cleared_away(tmp_path: Path) -> None:
    folder = write(tmp_path / "first")
    remains = tmp_path / f".{folder.name}.unfinished" / "images"
    remains.mkdir(parents=True)
    (remains / "half.png").write_bytes(b"half")

    write(tmp_path)

    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"first", folder.name}


def a_picture(folder: Path) -> Path:
    return sorted((folder / "images").iterdir())[0]


def flip_a_byte(folder: Path) -> str:
    path = a_picture(folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    return f"{path.name} was changed"


def remove_a_picture(folder: Path) -> str:
    path = a_picture(folder)
    path.unlink()
    return f"{path.name} is missing"


def add_a_picture(folder: Path) -> str:
    (folder / "images" / "more.png").write_bytes(b"")
    return "images/more.png belongs to no stimulus"


def exchange_two_pictures(folder: Path) -> str:
    one, two = sorted((folder / "images").iterdir())[:2]
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    return f"{one.name} was changed"


def edit(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def edit_manifest(folder: Path) -> None:
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text())
        change(manifest)
        path.write_text(json.dumps(manifest))

    return edit_manifest


@pytest.mark.parametrize(
    "harm", [flip_a_byte, remove_a_picture, add_a_picture, exchange_two_pictures]
)
def test_a_changed_file_is_named(tmp_path: Path, harm: Callable[[Path], str]) -> None:
    folder = write(tmp_path)
    fault = harm(folder)

    with pytest.raises(BundleError, match=fault):
        verify_bundle(folder)


def one_of(manifest: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in manifest["stimuli"] if s["kind"] == kind)
    return found


def ask_about_an_exemplar(manifest: dict[str, Any]) -> None:
    pair, feature = manifest["query_pairs"][0], manifest["features"][0]
    pair["high_stimulus_id"] = feature["natural"][0]
    pair["activation_gap"] = 84


def turn_a_pair_round(manifest: dict[str, Any]) -> None:
    pair = manifest["query_pairs"][0]
    pair["high_stimulus_id"], pair["low_stimulus_id"] = (
        pair["low_stimulus_id"],
        pair["high_stimulus_id"],
    )
    pair["activation_gap"] *= -1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda m: m.pop("pool"), "manifest.json has no key 'pool'"),
        (lambda m: m.update(more=1), "manifest.json has an unknown key 'more'"),
        (lambda m: m.update(features={}), "manifest.json.features must be list"),
        (lambda m: m["stimuli"].reverse(), "stimuli must be sorted"),
        (lambda m: m["stimuli"][0].update(width_px="12"), "width_px must be int"),
        (lambda m: m["stimuli"][0].update(width_px=13), "all pictures must have one"),
        (lambda m: m["stimuli"][0].update(file="../x.png"), "the file of"),
        (lambda m: m["stimuli"][0].update(kind="photo"), "unknown kind 'photo'"),
        (lambda m: m["features"][0]["natural"].append("x"), "unknown stimulus 'x'"),
        (lambda m: m["features"][0]["accentuations"].clear(), "i-th accentuation"),
        (
            lambda m: one_of(m, "opacity_map").update(accentuation_id="x"),
            "accentuation_id names an unknown stimulus",
        ),
        (
            lambda m: one_of(m, "accentuation").update(feature_id="logit:x"),
            "is of unknown feature 'logit:x'",
        ),
        (lambda m: m["query_pairs"][0].update(stratum="odd"), "unknown stratum 'odd'"),
        (lambda m: m["query_pairs"][0].update(activation_gap=79), "activation_gap is"),
        (ask_about_an_exemplar, "which a panel of its feature shows"),
        (turn_a_pair_round, "its high picture does not drive the feature more"),
        (
            lambda m: one_of(m, "feature_visualization").update(activation=4.0),
            "manifest.json was changed: its content belongs to an id that ends in",
        ),
    ],
)
def test_a_changed_manifest_is_refused_with_the_fault(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], fault: str
) -> None:
    folder = write(tmp_path)
    edit(change)(folder)

    with pytest.raises(BundleError) as caught:
        verify_bundle(folder)

    assert fault in str(caught.value)
    assert "make the bundle anew" in str(caught.value)


def test_content_that_breaks_a_rule_is_never_written(tmp_path: Path) -> None:
    content, pictures = make_content()
    pictures[content["features"][0]["natural"][0]] = encode_png(
        np.zeros((12, 12, 3), dtype=np.uint8)
    )

    with pytest.raises(BundleError, match="was changed"):
        write_bundle(tmp_path, "wall", content, pictures, created_at=NOON)

    assert list(tmp_path.iterdir()) == []


def test_pictures_of_different_sizes_are_refused(tmp_path: Path) -> None:
    content, pictures = make_content()
    content["stimuli"][0]["width_px"] = 14

    with pytest.raises(BundleError, match="all pictures must have one size"):
        write_bundle(tmp_path, "wall", content, pictures, created_at=NOON)


def test_a_folder_without_manifest_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json is missing"):
        read_bundle(tmp_path)


def test_a_manifest_of_another_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"schema_version": 1}')

    with pytest.raises(BundleError, match="schema version 1; this program reads 2"):
        read_bundle(tmp_path)


def test_a_manifest_that_is_not_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")

    with pytest.raises(BundleError, match="cannot be read"):
        verify_bundle(tmp_path)
