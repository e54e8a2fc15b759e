"""Kinds of picture share an activation, or there is no bundle."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pytest
import torch

from generator.accentuation_job import AccentuationJob
from generator.bundle import Bundle, write_bundle
from generator.bundles.control_config import ControlName, ControlsConfig
from generator.bundles.control_stage import ControlJob, ControlStage
from generator.bundles.made_picture import MadePicture
from generator.bundles.match_checks import find_match_faults
from generator.bundles.matching import ActivationGoal
from generator.bundles.poisoned import PoisonedJobsError
from generator.bundles.run import make_bundle
from generator.config import AccentuationConfig
from generator.errors import BundleError, ConfigError
from generator.feature_text import parse_feature
from generator.jobs import WorkFolder
from generator.progress import NoProgress
from tests.generator.tiny_world import (
    PLAN,
    check_tiny_plan,
    make_network,
    write_photographs,
)

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
MATCHED = "\n[matching]\nactivation = true\n"
ENOUGH = PLAN.replace("steps = 2", "steps = 60\nlearning_rate = 0.1") + MATCHED


def make(folder: Path, text: str) -> Bundle:
    if not (folder / "photographs").exists():
        write_photographs(folder / "photographs")
    return make_bundle(
        check_tiny_plan(folder, text),
        folder / "out",
        work=WorkFolder(path=folder / "work"),
        progress=NoProgress(),
        created_at=NOON,
    )


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make(tmp_path_factory.mktemp("world"), ENOUGH)


def by_id(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["stimulus_id"]: one for one in manifest["stimuli"]}


def test_made_pictures_have_the_median_activation_of_the_exemplars(
    bundle: Bundle,
) -> None:
    stimuli = by_id(bundle.manifest)
    for feature in bundle.manifest["features"]:
        exemplars = [stimuli[one]["activation"] for one in feature["natural"]]
        for name in ("accentuations", "feature_visualizations"):
            for stimulus_id in feature[name]:
                one = stimuli[stimulus_id]
                assert one["target"]["wanted"] == pytest.approx(np.median(exemplars))
                assert one["activation"] == pytest.approx(
                    np.median(exemplars), abs=0.01 * one["target"]["natural_range"]
                )


def test_percentiles_of_all_kinds_agree_within_two_points(bundle: Bundle) -> None:
    stimuli = by_id(bundle.manifest)
    for feature in bundle.manifest["features"]:
        means = [
            fmean(stimuli[one]["activation_percentile"] for one in feature[name])
            for name in ("natural", "accentuations", "feature_visualizations")
        ]
        assert max(means) - min(means) <= 2


def test_pictures_that_do_not_come_so_far_are_named_with_their_numbers(
    tmp_path: Path,
) -> None:
    too_few = PLAN.replace("steps = 2", "steps = 2\nlearning_rate = 0.0001") + MATCHED

    with pytest.raises(PoisonedJobsError) as caught:
        make(tmp_path, too_few)

    message = str(caught.value)
    assert "feature visualization of 0:2, rng_seed 5: its activation must be" in message
    assert "accentuation of" in message
    assert "the median of the exemplars); it reaches" in message
    assert not list((tmp_path / "out").glob("tiny-*"))


@pytest.mark.parametrize(
    ("name", "what"),
    [("random_weights", "latent distance"), ("adversarial", "activation")],
)
def test_controls_that_cannot_be_matched_are_named_with_their_numbers(
    name: ControlName, what: str
) -> None:
    network, feature = make_network(), parse_feature("logit:brick")
    seed_image = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))
    out_of_reach = MadePicture(
        picture=np.zeros((32, 32, 3), dtype=np.uint8),
        rng_seed=0,
        activation=1e6,
        latent_distance=1e6,
        regularization_layer="0",
    )
    stage = ControlStage(
        name=name,
        config=AccentuationConfig(steps=2, draws_per_step=2, balance_draws=2),
        controls=ControlsConfig(),
        matches_distance=True,
    )
    job = ControlJob(
        feature=feature,
        round=0,
        jobs=(
            AccentuationJob(
                seed_image=seed_image, feature=feature, rng_seed=0, name="wall.png"
            ),
        ),
        accentuations=(out_of_reach,),
        natural_range=1.0,
        tile_classes=frozenset(),
        exemplar_logits=None,
        rng_seed=0,
    )

    (outcome,) = stage.make(network, [job], lambda _n: None)

    message = str(outcome.fault)
    assert message.startswith(f"accentuation_{name} of wall.png for logit:brick")
    assert f"its {what} must be 1e+06, as of the accentuation; it reaches" in message
    assert not outcome.pictures


def test_controls_may_be_left_unmatched(tmp_path: Path) -> None:
    text = PLAN + '\n[controls]\nkinds = ["random_weights"]\n'

    bundle = make(tmp_path, text + "\n[matching]\ndistance = false\n")

    for one in bundle.stimuli("accentuation_random_weights"):
        assert one["control"]["matched_on"] is None


def test_a_distance_budget_is_written_beside_what_was_reached(tmp_path: Path) -> None:
    text = PLAN.replace(
        "steps = 2", 'steps = 40\ndistance_budget = "latent_relative=0.15"', 1
    )

    made = make(tmp_path, text).stimuli("accentuation")

    assert len(made) == 4
    for one in made:
        assert one["budget"]["wanted"] == "latent_relative=0.15"
        assert one["budget"]["achieved"] == pytest.approx(0.15, rel=0.05)
        assert one["budget"]["flag"] is None


def test_a_distance_budget_that_is_missed_is_named_with_its_numbers(
    tmp_path: Path,
) -> None:
    text = PLAN.replace(
        "steps = 2", 'steps = 2\ndistance_budget = "latent_relative=0.9"', 1
    )

    with pytest.raises(PoisonedJobsError, match=r"must be latent_relative=0\.9; it is"):
        make(tmp_path, text)


def goal(wanted: float) -> ActivationGoal:
    return ActivationGoal(
        feature_id="f", wanted=wanted, natural=np.arange(1001, dtype=np.float32)
    )


def test_a_goal_is_met_within_one_percent_of_the_natural_range() -> None:
    # 0.1th to 99.9th percentile of 0 … 1000: 1 to 999, a range of 998.
    assert goal(500).natural_range == pytest.approx(998)
    assert goal(500).is_met_by(500 + 9.9)
    assert not goal(500).is_met_by(500 + 10.1)


def test_a_feature_that_responds_alike_to_all_has_no_goal() -> None:
    with pytest.raises(ConfigError, match="responds alike"):
        ActivationGoal.of_exemplars("f", np.ones(2, dtype="f4"), np.ones(9, dtype="f4"))


Change = Callable[[dict[str, Any], dict[str, Any]], None]
"""Of the manifest, or of its first feature's first accentuation."""


def lower_percentile(_manifest: dict[str, Any], one: dict[str, Any]) -> None:
    one["activation_percentile"] -= 50


def other_activation(_manifest: dict[str, Any], one: dict[str, Any]) -> None:
    one["activation"] += 0.1 * one["target"]["natural_range"]


def no_target(_manifest: dict[str, Any], one: dict[str, Any]) -> None:
    one["target"] = None


def no_rule(manifest: dict[str, Any], _one: dict[str, Any]) -> None:
    del manifest["matching"]["percentile_points"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lower_percentile, "mean percentiles lie"),
        (other_activation, "activation must be"),
        (no_target, "was not brought to an activation"),
        (no_rule, "matching has no key percentile_points"),
    ],
)
def test_a_broken_match_never_becomes_a_bundle(
    bundle: Bundle, tmp_path: Path, change: Change, fault: str
) -> None:
    manifest = copy.deepcopy(bundle.manifest)
    stimuli = by_id(manifest)
    change(manifest, stimuli[manifest["features"][0]["accentuations"][0]])
    content = {
        key: value
        for key, value in manifest.items()
        if key not in {"schema_version", "bundle_id", "created_at"}
    }
    pictures = {
        stimulus_id: (bundle.folder / one["file"]).read_bytes()
        for stimulus_id, one in stimuli.items()
    }

    assert any(fault in one for one in find_match_faults(manifest, stimuli))
    with pytest.raises(BundleError, match=fault):
        write_bundle(tmp_path, "tiny", content, pictures, created_at=NOON)
    assert not list(tmp_path.iterdir())
