import hashlib
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from study_server.bundle import content_digest, read_bundle
from study_server.errors import BundleError
from tests.study_server.bundle_fixture import write_bundle, write_manifest

Manifest = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_bundle(tmp_path, n_features=2)


def edit(folder: Path, change: Callable[[Manifest], None]) -> Path:
    """Change the manifest and seal it again, as a faulty generator would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    return write_manifest(folder, manifest)


def test_a_whole_bundle_is_read(folder: Path) -> None:
    bundle = read_bundle(folder)

    assert bundle.bundle_id == folder.name
    assert [f.feature_id for f in bundle.features] == [
        "logit:feature-0",
        "logit:feature-1",
    ]
    assert len(bundle.pairs_of("logit:feature-1")) == 2
    # 8 natural + 8 visualizations + 4 seeds, accentuations and heat maps
    # each + 2 pairs of 2
    assert len(bundle.stimuli) == 2 * 32


def test_one_changed_byte_in_an_image_is_found(folder: Path) -> None:
    path = sorted((folder / "images").iterdir())[3]
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)

    with pytest.raises(BundleError, match=rf"images/{path.name}: SHA-256 is"):
        read_bundle(folder)


def test_an_edited_manifest_is_found(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"feature-0"', '"feature-9"'))

    with pytest.raises(BundleError, match="The manifest was edited"):
        read_bundle(folder)


def test_a_missing_image_is_named(folder: Path) -> None:
    path = sorted((folder / "images").iterdir())[0]
    path.unlink()

    with pytest.raises(BundleError, match=path.name):
        read_bundle(folder)


def test_a_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json: cannot be read"):
        read_bundle(tmp_path)


@pytest.mark.parametrize("content", ["[]", "{", "[" * 100_000, "\u00e9{"])
def test_a_manifest_that_is_no_json_object_is_refused(
    folder: Path, content: str
) -> None:
    (folder / "manifest.json").write_text(content)

    with pytest.raises(BundleError, match=r"manifest\.json"):
        read_bundle(folder)


def set_file_outside(manifest: Manifest) -> None:
    manifest["stimuli"][0]["file"] = "../../secret.png"


def set_id_outside(manifest: Manifest) -> None:
    manifest["stimuli"][0]["stimulus_id"] = "../" * 10 + "xx"


def drop_stimulus(manifest: Manifest) -> None:
    manifest["stimuli"] = manifest["stimuli"][1:]


def repeat_feature(manifest: Manifest) -> None:
    manifest["features"].append(manifest["features"][0])


def swap_seed_images(manifest: Manifest) -> None:
    manifest["features"][0]["seed_images"].reverse()


def query_from_panel(manifest: Manifest) -> None:
    pair = manifest["query_pairs"][0]
    pair["high_stimulus_id"] = manifest["features"][0]["natural"][0]


def same_image_twice(manifest: Manifest) -> None:
    pair = manifest["query_pairs"][0]
    pair["high_stimulus_id"] = pair["low_stimulus_id"]


def foreign_stimulus(manifest: Manifest) -> None:
    features = manifest["features"]
    features[0]["natural"][0] = features[1]["natural"][0]


def unknown_stratum(manifest: Manifest) -> None:
    manifest["query_pairs"][0]["stratum"] = "middling"


def wrong_size(manifest: Manifest) -> None:
    for stimulus in manifest["stimuli"]:
        stimulus["width_px"] = 49


def text_for_number(manifest: Manifest) -> None:
    manifest["features"][0]["unit_index"] = "0"


def older_schema(manifest: Manifest) -> None:
    manifest["schema_version"] = 1


def swap_attributions(manifest: Manifest) -> None:
    manifest["features"][0]["attributions"].reverse()


def unknown_control(manifest: Manifest) -> None:
    manifest["features"][0]["controls"] = {"accentuation_by_hand": []}


def control_of_another_kind(manifest: Manifest) -> None:
    feature = manifest["features"][0]
    feature["controls"] = {"accentuation_random_feature": feature["natural"][:1]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (set_file_outside, "file must be images/"),
        (set_id_outside, "32 hex digits"),
        (drop_stimulus, "names no image"),
        (repeat_feature, "occurs twice"),
        (swap_seed_images, "i-th accentuation"),
        (query_from_panel, "is also in a panel"),
        (same_image_twice, "same image twice"),
        (foreign_stimulus, "not 'natural' of its own"),
        (unknown_stratum, "unknown stratum 'middling'"),
        (wrong_size, "48 x 48 pixels"),
        (text_for_number, "unit_index must be int; got '0'"),
        (older_schema, "schema_version is 1; this server reads 2"),
        (swap_attributions, "i-th attribution"),
        (unknown_control, "unknown kind 'accentuation_by_hand'"),
        (control_of_another_kind, "not 'accentuation_random_feature' of its own"),
    ],
)
def test_a_manifest_at_odds_with_itself_is_refused(
    folder: Path, change: Callable[[Manifest], None], words: str
) -> None:
    damaged = edit(folder, change)

    with pytest.raises(BundleError, match=words):
        read_bundle(damaged)


def test_an_image_that_is_no_png_is_refused(folder: Path) -> None:
    path = sorted((folder / "images").iterdir())[0]
    Image.new("RGB", (48, 48)).save(path, "JPEG")

    def reseal(manifest: Manifest) -> None:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        row = next(s for s in manifest["stimuli"] if s["stimulus_id"] == path.stem)
        row["sha256"] = digest

    with pytest.raises(BundleError, match="not a whole PNG"):
        read_bundle(edit(folder, reseal))


def test_the_id_seals_everything_but_itself_and_the_date() -> None:
    one = {"a": 1, "bundle_id": "x", "created_at": "then"}

    assert content_digest(one) == content_digest({"a": 1})
    assert content_digest(one) != content_digest({"a": 2})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("NaN", "NaN is no number"),
        ("1" + 400 * "0", "activation_gap is too large"),
        (5000 * "1", "not JSON"),
        (r'"\ud800"', "not JSON"),
    ],
)
def test_a_value_that_is_no_number_is_refused(
    folder: Path, value: str, words: str
) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["query_pairs"][0]["activation_gap"] = "HERE"
    if words.startswith("activation_gap"):
        manifest["query_pairs"][0]["activation_gap"] = int(value)
        folder = write_manifest(folder, manifest)
    else:
        path.write_text(json.dumps(manifest).replace('"HERE"', value))

    with pytest.raises(BundleError, match=words):
        read_bundle(folder)


def test_a_picture_of_absurd_size_is_refused_undecoded(folder: Path) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header
    bomb += struct.pack(">I", zlib.crc32(b"IHDR" + header))
    path = sorted((folder / "images").iterdir())[0]
    path.write_bytes(bomb)

    def describe(manifest: Manifest) -> None:
        for row in manifest["stimuli"]:
            if row["stimulus_id"] == path.stem:
                row["sha256"] = hashlib.sha256(bomb).hexdigest()

    with pytest.raises(BundleError, match=path.name):
        read_bundle(edit(folder, describe))
