"""Control pictures: made elsewhere, measured where the study looks, and matched."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from generator.activations import feature_activations
from generator.bundle import Bundle
from generator.bundles.control_config import CONTROL_NAMES, ControlsConfig, kind_of
from generator.bundles.control_sources import (
    Tiled,
    cascade_depths,
    control_faults,
    find_sources,
)
from generator.bundles.plan_check import CheckedPlan
from generator.bundles.run import make_bundle
from generator.errors import ConfigError
from generator.feature_text import parse_feature
from generator.jobs import WorkFolder
from generator.progress import NoProgress
from tests.generator.tiny_world import (
    CLASSES,
    PLAN,
    check_tiny_plan,
    make_network,
    write_photographs,
)

EXPRESSION = "logit:brick - logit:sky"
KINDS = ", ".join(f'"{name}"' for name in CONTROL_NAMES)
CONTROLS_PLAN = (
    PLAN.replace('"logit:brick", "0:2"', f'"{EXPRESSION}", "2:1"')
    .replace("steps = 2", "steps = 8", 1)
    .replace("[visualization]", f"[controls]\nkinds = [{KINDS}]\n\n[visualization]")
)


class StopAfter(NoProgress):
    """Interrupts the run in a stage, after so many reports of it."""

    def __init__(self, stage: str, n_reports: int) -> None:
        self.wanted = stage
        self.left = n_reports
        self.stage = ""

    def start(self, stage: str, total: int, *, unit: str) -> None:
        self.stage = stage

    def advance(self, n: int) -> None:
        self.left -= self.stage == self.wanted
        if self.left < 0:
            raise KeyboardInterrupt


def make(checked: CheckedPlan, out: Path, progress: NoProgress | None = None) -> Bundle:
    return make_bundle(
        checked,
        out,
        work=WorkFolder(path=out / ".work"),
        progress=progress or NoProgress(),
        created_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> CheckedPlan:
    folder = tmp_path_factory.mktemp("world")
    write_photographs(folder / "photographs")
    return check_tiny_plan(folder, CONTROLS_PLAN)


@pytest.fixture(scope="module")
def bundle(checked: CheckedPlan, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make(checked, tmp_path_factory.mktemp("out"))


def controls_of(bundle: Bundle, feature: dict[str, Any], kind: str) -> list[Any]:
    by_id = {one["stimulus_id"]: one for one in bundle.stimuli()}
    return [by_id[stimulus_id] for stimulus_id in feature["controls"][kind]]


def accentuations_of(bundle: Bundle) -> dict[str, dict[str, Any]]:
    """By the id of their seed image."""
    return {one["seed_image_id"]: one for one in bundle.stimuli("accentuation")}


def test_every_control_is_made_from_every_seed_image(bundle: Bundle) -> None:
    for feature in bundle.manifest["features"]:
        for name in CONTROL_NAMES:
            made = controls_of(bundle, feature, kind_of(name))
            rounds = 2 if name == "random_weights_cascade" else 1
            assert [one["seed_image_id"] for one in made] == (
                rounds * feature["seed_images"]
            )


def test_controls_are_as_far_from_the_seed_image_as_the_accentuation(
    bundle: Bundle,
) -> None:
    beside = accentuations_of(bundle)
    matched = [
        one
        for one in bundle.stimuli()
        if one["control"] and one["control"]["matched_on"] == "latent_distance"
    ]

    assert len(matched) == 2 * 2 * 6  # features, seed images, rounds of matched kinds
    for one in matched:
        wanted = beside[one["seed_image_id"]]["latent_distance"]
        assert one["latent_distance"] == pytest.approx(wanted, rel=0.05)


def test_an_adversarial_picture_drives_the_feature_as_much(bundle: Bundle) -> None:
    beside = accentuations_of(bundle)
    made = bundle.stimuli("accentuation_adversarial")

    assert len(made) == 4
    for one in made:
        assert one["regularization_weight"] == 0
        assert one["control"]["matched_on"] == "activation"
        wanted = beside[one["seed_image_id"]]["activation"]
        tolerance = 0.01 * one["control"]["natural_range"]
        assert one["activation"] == pytest.approx(wanted, abs=tolerance)


def test_a_control_says_which_feature_of_which_network_it_was_made_with(
    bundle: Bundle,
) -> None:
    for one in bundle.stimuli():
        if one["kind"] == "accentuation_random_feature":
            assert one["control"]["target"] != one["feature_id"]
            assert one["control"]["network"] == "tiny"
        if one["kind"] == "accentuation_random_weights":
            assert one["control"]["target"] == one["feature_id"]
            assert one["control"]["network"] == "tiny, all layers random"
        if one["kind"].startswith("accentuation_"):
            control = one["control"]
            assert control["activation_after"] > control["activation_before"]


def test_an_expression_has_no_unit_but_a_layer(bundle: Bundle) -> None:
    feature = bundle.manifest["features"][0]

    assert feature["feature_id"] == EXPRESSION
    assert feature["unit_index"] is None
    assert feature["layer"] == "logit"
    assert feature["label"] is None


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*.*")}


@pytest.mark.parametrize(
    ("stage", "n_reports"),
    [
        ("attributions", 3),
        ("controls: adversarial", 4),
        ("controls: random_weights", 9),
    ],
)
def test_a_run_stopped_among_the_controls_goes_on_to_the_same_bytes(
    bundle: Bundle,
    checked: CheckedPlan,
    tmp_path: Path,
    stage: str,
    n_reports: int,
) -> None:
    with pytest.raises(KeyboardInterrupt):
        make(checked, tmp_path, StopAfter(stage, n_reports))

    resumed = make(checked, tmp_path)

    assert files_of(resumed.folder) == files_of(bundle.folder)


def tiled(feature: str, *, tile_classes: Sequence[str] = ()) -> Tiled:
    return Tiled(
        network=make_network(),
        feature=parse_feature(feature),
        tile_classes=frozenset(tile_classes),
        exemplar_logits=np.array([5, 4, 3, 2, 1], dtype=np.float32),
        rng_seed=3,
    )


def test_a_random_feature_is_never_the_feature_itself() -> None:
    (sources,) = find_sources("random_feature", tiled("2:1"), ControlsConfig())

    assert {str(one.feature) for one in sources} <= {f"2:{i}" for i in (0, 2, 3, 4, 5)}


def test_an_unrelated_class_is_little_driven_and_shown_on_no_tile() -> None:
    # Without brick itself and stone: grass 4, sky 3, fur 2; the weaker half is fur.
    beside = tiled("logit:brick", tile_classes=["stone"])

    ((source,),) = find_sources("unrelated_class", beside, ControlsConfig())

    assert source.about["label"] == "fur"
    assert source.about["target"] == f"logit:{CLASSES.index('fur')}"


def test_a_cascade_begins_at_the_feature_and_goes_down() -> None:
    # Layers with weights: 0 and 2, and the classifier 5.
    network, config = make_network(), ControlsConfig(cascade_steps=2)

    assert cascade_depths(network, parse_feature("logit:brick"), config) == [1, 2]
    assert cascade_depths(network, parse_feature("2:1"), config) == [2, 3]


def test_a_cascade_changes_the_layer_of_the_feature_first() -> None:
    config = ControlsConfig(cascade_steps=1)
    beside = tiled("2:1")
    picture = [[[0.5, 0.2], [0.9, 0.1]]] * 3
    canvas = np.kron(np.array(picture), np.ones((16, 16)))

    ((source,),) = find_sources("random_weights_cascade", beside, config)

    def responses(network: Any) -> list[float]:
        seen = torch.from_numpy(canvas).float()[None]
        features = [parse_feature("0:1"), parse_feature("2:1")]
        found: list[float] = feature_activations(network, seen, features)[0].tolist()
        return found

    before, after = responses(beside.network), responses(source.network)
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_a_plan_asks_for_no_more_layers_than_lead_to_a_feature() -> None:
    config = ControlsConfig(kinds=("random_weights_cascade",), cascade_steps=2)

    (fault,) = control_faults(make_network(), [parse_feature("0:2")], config)

    assert "the 1 layers with weights that lead to 0:2; got 2" in fault


def test_a_control_named_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="names a control twice"):
        ControlsConfig(kinds=("adversarial", "adversarial"))
