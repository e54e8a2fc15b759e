"""`accentuate verify-bundle`: hashes, matches, and activations asked for again."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from generator.bundle import Bundle, read_bundle, write_bundle
from generator.bundles.recompute import check_activations
from generator.cli import main
from generator.concepts.random_directions import (
    RandomDirectionsConfig,
    draw_directions,
)
from generator.directions.files import write_directions
from generator.errors import BundleError
from generator.networks import load_network
from tests.generator.bundles.test_run import NOON
from tests.generator.tiny_world import PLAN, write_photographs

EMBEDDED = PLAN.replace('"0"', '"stage2"').replace('"0:2"', '"stage3:2"')
CONTROLS = (
    '\n[controls]\nkinds = ["random_feature", "random_weights"]\n'
    "\n[matching]\ndistance = false\n"
)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Of the embedded network, with two kinds of control."""
    folder = tmp_path_factory.mktemp("world")
    write_photographs(folder / "photographs")
    plan = folder / "plan.toml"
    plan.write_text(EMBEDDED + CONTROLS, encoding="utf-8")
    assert main(["bundle", str(plan), "--out", str(folder / "out")]) == 0
    (made,) = (folder / "out").glob("tiny-*")
    return read_bundle(made)


def with_other_pixels(bundle: Bundle, out: Path) -> Bundle:
    """The same bundle, sealed again, but for one seed image that turned black."""
    manifest = json.loads(json.dumps(bundle.manifest))
    pictures = {
        one["stimulus_id"]: (bundle.folder / one["file"]).read_bytes()
        for one in manifest["stimuli"]
    }
    seed = next(one for one in manifest["stimuli"] if one["kind"] == "seed_image")
    path = out / "black.png"
    Image.new("RGB", (seed["width_px"], seed["height_px"])).save(path)
    pictures[seed["stimulus_id"]] = path.read_bytes()
    seed["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    content = {
        key: value
        for key, value in manifest.items()
        if key not in {"schema_version", "bundle_id", "created_at"}
    }
    return write_bundle(out / "made", "tiny", content, pictures, created_at=NOON)


def test_every_activation_is_found_again_in_the_saved_pictures(
    bundle: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["verify-bundle", str(bundle.folder), "--recompute"])

    n_known = sum(one["activation"] is not None for one in bundle.stimuli())
    assert code == 0
    assert f"{n_known} activations found again" in capsys.readouterr().out


def test_a_table_tells_what_each_kind_reached(
    bundle: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["verify-bundle", str(bundle.folder)])

    rows = capsys.readouterr().out.splitlines()
    table = {row.split()[0]: row.split()[1:] for row in rows}
    assert table["kind"][0] == "n"
    for kind in ("accentuation", "accentuation_random_weights"):
        n, percentile, ssim, distance, *_ = table[kind]
        assert n == "4"
        assert 0 <= float(percentile) <= 100
        assert -1 <= float(ssim) <= 1
        assert float(distance) > 0
    assert table["attribution"] == ["4", "-", "-", "-", "-", "-"]


def test_a_picture_at_odds_with_its_activation_is_named(
    bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = with_other_pixels(bundle, tmp_path)

    assert main(["verify-bundle", str(changed.folder)]) == 0  # no hash is broken
    assert main(["verify-bundle", str(changed.folder), "--recompute"]) == 1

    assert re.search(
        r"images/\w+\.png \(seed_image\) drives .* by .*; the manifest says",
        capsys.readouterr().err,
    )


def test_another_network_cannot_vouch_for_a_bundle(bundle: Bundle) -> None:
    other = load_network("embedded", random_weights=1)

    with pytest.raises(BundleError, match="Name its network and weights"):
        check_activations(bundle, other)


def test_a_network_without_recompute_is_refused(
    bundle: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify-bundle", str(bundle.folder), "--network", "embedded"]) == 1
    assert "--network needs --recompute" in capsys.readouterr().err


def test_a_plan_may_ask_about_a_direction_of_a_file(tmp_path: Path) -> None:
    network = load_network("embedded")
    drawn = RandomDirectionsConfig(layer="stage3", n=1)
    write_directions(tmp_path / "drawn.safetensors", draw_directions(network, drawn))
    write_photographs(tmp_path / "photographs")
    text = EMBEDDED.replace('"stage3:2"', '"stage3:direction(random_0)"')
    plan = tmp_path / "plan.toml"
    plan.write_text(text + '\n[network]\ndirections = ["drawn.safetensors"]\n')

    assert main(["bundle", str(plan), "--out", str(tmp_path / "out")]) == 0

    (folder,) = (tmp_path / "out").glob("tiny-*")
    feature = read_bundle(folder).manifest["features"][1]
    assert feature["unit_index"] is None
    assert feature["layer"] == "stage3"
    command = ["verify-bundle", str(folder), "--recompute"]
    assert main(command) == 1  # the direction is missing
    assert main([*command, "--directions", str(tmp_path / "drawn.safetensors")]) == 0
