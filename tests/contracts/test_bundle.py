"""What the generator writes, the server and the analysis read."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analysis.bundle import read_feature_labels
from generator.bundle import Bundle
from generator.bundles.recompute import check_activations
from generator.bundles.run import make_bundle
from generator.bundles.schema import KINDS
from generator.jobs import WorkFolder
from generator.progress import NoProgress
from study_server.audit.leakage import find_leaks
from study_server.bundle import read_bundle
from study_server.bundle_kinds import KINDS as SERVER_KINDS
from study_server.design.conditions import CONDITIONS, panel_stimulus_ids
from study_server.errors import BundleError
from tests.generator.bundles.test_controls import CONTROLS_PLAN
from tests.generator.tiny_world import (
    check_tiny_plan,
    make_network,
    write_photographs,
)

EXTRAS = """
[extras]
n_minimal = 2
n_minimal_visualizations = 1
n_occlusions = 1
has_suppressions = true
blurs_exemplars = true
"""
PLAN = CONTROLS_PLAN.replace('"2:1"', '"logit:grass"') + EXTRAS


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A real bundle of a tiny network, with an expression and every control."""
    folder = tmp_path_factory.mktemp("bundle")
    write_photographs(folder / "photographs")
    return make_bundle(
        check_tiny_plan(folder, PLAN),
        folder / "bundles",
        work=WorkFolder(path=folder / "work"),
        progress=NoProgress(),
        created_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


def test_the_server_reads_every_feature_pair_and_image(made: Bundle) -> None:
    bundle = read_bundle(made.folder)

    manifest = made.manifest
    assert bundle.bundle_id == manifest["bundle_id"]
    assert [f.feature_id for f in bundle.features] == [
        row["feature_id"] for row in manifest["features"]
    ]
    assert len(bundle.query_pairs) == len(manifest["query_pairs"])
    assert len(bundle.stimuli) == len(manifest["stimuli"])
    assert [f.unit_index for f in bundle.features] == [None, 1]


def test_the_server_reads_attributions_and_controls(made: Bundle) -> None:
    for read, written in zip(
        read_bundle(made.folder).features, made.manifest["features"], strict=True
    ):
        assert list(read.attributions) == written["attributions"]
        assert {kind: list(ids) for kind, ids in read.controls.items()} == (
            written["controls"]
        )


def test_the_server_reads_minimal_blurred_and_covered_pictures(made: Bundle) -> None:
    for feature in (bundle := read_bundle(made.folder)).features:
        assert len(feature.minimal) == 2
        assert len(feature.minimal_feature_visualizations) == 1
        assert len(feature.natural_blurred) == len(feature.natural)
        (one,) = feature.occlusions
        most, least = (
            bundle.percentile_of(i)
            for i in (one.most_stimulus_id, one.least_stimulus_id)
        )
        assert one.activation_gap == pytest.approx(least - most)
        assert least >= most


def test_the_server_reads_suppressed_seed_images(made: Bundle) -> None:
    """1.8"""
    bundle = read_bundle(made.folder)

    for feature in bundle.features:
        made_from = [bundle.stimuli[i].seed_image_id for i in feature.suppressions]
        assert made_from == list(feature.seed_images)
    assert check_activations(made, make_network()) > 0  # each with its own sign


def test_the_server_reads_what_machines_say_of_each_pair(made: Bundle) -> None:
    """1.11"""
    bundle = read_bundle(made.folder)

    answers = [pair.machine_answers for pair in bundle.query_pairs]
    answers += [one.machine_answers for f in bundle.features for one in f.occlusions]
    for given in answers:
        methods = [answer.method for answer in given]
        assert methods == ["centre", "contrast", "luminance", "saliency"]


def test_the_server_finds_every_distance_that_its_audit_asks_for(made: Bundle) -> None:
    """1.12: a query lies at distance 0 from nothing, and within 2 of everything."""
    bundle = read_bundle(made.folder)
    names = [feature.feature_id for feature in bundle.features]

    rules = {leak.rule for leak in find_leaks(bundle, names, min_distance=2.1)}
    assert rules == {"perceptual_distance"}
    assert find_leaks(bundle, names, min_distance=0) == []


def test_the_audit_finds_nothing_in_what_the_generator_makes(made: Bundle) -> None:
    bundle = read_bundle(made.folder)
    leaks = find_leaks(bundle, [feature.feature_id for feature in bundle.features])

    assert leaks == []


def test_both_sides_know_the_same_kinds() -> None:
    assert SERVER_KINDS == KINDS


@pytest.mark.parametrize("condition", sorted({*CONDITIONS} - {"none"}))
def test_every_condition_finds_its_panel(made: Bundle, condition: str) -> None:
    for feature in read_bundle(made.folder).features:
        assert len(panel_stimulus_ids(condition, feature, n_tiles=2)) == 2


def test_the_server_refuses_a_changed_byte_and_names_the_image(
    made: Bundle, tmp_path: Path
) -> None:
    copy = tmp_path / made.folder.name
    (copy / "images").mkdir(parents=True)
    for path in made.folder.rglob("*.*"):
        (copy / path.relative_to(made.folder)).write_bytes(path.read_bytes())
    image = sorted((copy / "images").iterdir())[0]
    content = bytearray(image.read_bytes())
    content[-20] ^= 1
    image.write_bytes(bytes(content))

    with pytest.raises(BundleError, match=image.name):
        read_bundle(copy)


def test_the_analysis_finds_the_names_of_the_features(made: Bundle) -> None:
    content = (made.folder / "manifest.json").read_bytes()
    header = {
        "bundle_id": made.manifest["bundle_id"],
        "manifest_sha256": hashlib.sha256(content).hexdigest(),
    }

    labels = read_feature_labels(made.folder, header)

    assert labels == {"logit:grass": "grass"}
