"""A plan is read whole, and refused with all its faults at once."""

from pathlib import Path

import pytest

from generator.bundles.plan import draft_plan, read_plan
from generator.bundles.plan_check import check_plan
from generator.bundles.plan_sources import PlanOverrides
from generator.errors import ConfigError
from generator.features import FeatureId
from tests.generator.tiny_world import PLAN, write_photographs

EMBEDDED_PLAN = PLAN.replace('"0"', '"stage2"').replace('"0:2"', '"stage3:2"')


def write_plan(folder: Path, text: str) -> Path:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_plan(write_plan(folder, text))
    return str(caught.value).splitlines()[1:]


def test_a_plan_becomes_a_frozen_config_with_defaults_filled_in(
    tmp_path: Path,
) -> None:
    plan = read_plan(write_plan(tmp_path, PLAN))

    assert plan.features == (FeatureId("logit", "brick"), FeatureId("0", "2"))
    assert plan.selection.seed_percentiles == (50.0, 90.0)
    assert plan.network.name == "embedded"
    assert plan.as_config()["accentuation"]["steps"] == 2
    assert plan.as_config()["features"] == ["logit:brick", "0:2"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("rng_seed = 5", "rgn_seed = 5", "unknown key rgn_seed: did you mean rng_seed"),
        ("steps = 2", "stepz = 2", "unknown key accentuation.stepz"),
        ("steps = 2", 'steps = "2"', "accentuation.steps must be a whole number"),
        ("steps = 2", "steps = true", "accentuation.steps must be a whole number"),
        ("steps = 2", "steps = 0", "accentuation: steps must be at least 1; got 0"),
        ("canvas_px = 32", "canvas_px = 8", "canvas_px must be at least 32; got 8"),
        ("[50, 90]", "[50]", "seed_percentiles must be a list of 2"),
        ("[50, 90]", "[90, 50]", "seed_percentiles must satisfy 0 <= low < high"),
        ("minimum_gap = 5", "minimum_gap = -1", "minimum_gap must lie between"),
        ('name = "tiny"', 'name = "Big Study"', "name must be 1 to 40 lower-case"),
        ('name = "tiny"', "", "missing key name: add a text"),
        ('"logit:brick"', '"logitbrick"', "a feature is written LAYER:UNIT"),
        ('"logit:brick"', '"logit:#1"', "another logit for each picture"),
        ('"logit:brick"', '"0:2"', "'0:2' is named twice"),
        ('"logit:brick"', "7", "features must be a list, each a text"),
        ("[photographs]", "[[photographs]]", "photographs must be a table"),
        ("steps = 2", "canvas_px = 64", "set photographs.canvas_px instead"),
    ],
)
def test_a_fault_is_named_with_key_and_value(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    faults = faults_of(tmp_path, PLAN.replace(old, new, 1))

    assert any(fault in line for line in faults), faults


def test_several_faults_are_named_at_once(tmp_path: Path) -> None:
    text = PLAN.replace("steps = 2", "steps = 0").replace("near = 1", "nearr = 1")

    assert len(faults_of(tmp_path, text)) == 3  # steps in both tables, and nearr


def test_text_that_is_not_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"not valid TOML.*line 1"):
        read_plan(write_plan(tmp_path, "name = \n"))


def test_a_missing_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no plan at"):
        read_plan(tmp_path / "absent.toml")


def check(folder: Path, text: str, overrides: PlanOverrides | None = None) -> str:
    """The message of a plan that does not fit; empty when it does."""
    try:
        check_plan(draft_plan(write_plan(folder, text)), overrides or PlanOverrides())
    except ConfigError as error:
        return str(error)
    return ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_photographs(tmp_path / "photographs")
    return tmp_path


def test_a_plan_that_fits_is_checked_against_the_embedded_network(
    folder: Path,
) -> None:
    draft = draft_plan(write_plan(folder, EMBEDDED_PLAN))

    checked = check_plan(draft, PlanOverrides())

    assert checked.network.name == "embedded"
    assert len(checked.photographs) == 60
    assert checked.plan.visualization.canvas_px == 32


def test_the_canvas_follows_the_network_where_the_plan_gives_none(
    folder: Path,
) -> None:
    text = EMBEDDED_PLAN.replace("canvas_px = 32", "")

    checked = check_plan(draft_plan(write_plan(folder, text)), PlanOverrides())

    assert checked.canvas_px == 73  # 8/7 of 64
    assert checked.plan.accentuation.canvas_px == 73


def test_unknown_names_and_wrong_keys_are_refused_together(folder: Path) -> None:
    text = (
        EMBEDDED_PLAN.replace("logit:brick", "logit:brik")
        .replace("stage3:2", "stagee3:2")
        .replace('"stage2"', '"stage22"')
        .replace("near = 1", "nearr = 1")
    )

    message = check(folder, text)

    assert "plan.toml has 4 faults" in message
    assert "no logit is labelled 'brik'; close names: brick" in message
    assert "no layer 'stagee3'; close names: stage3" in message
    assert "accentuation.regularization_layers" in message
    assert "unknown key query_pairs.nearr" in message


def test_what_pictures_cannot_follow_is_refused_with_the_rest(folder: Path) -> None:
    text = (
        EMBEDDED_PLAN.replace(
            'regularization_layers = ["stage2"]',
            'distance_budget = "ssim=0.1"\npenalty_side = "inside"',
        )
        + "[matching]\nactivation = true\n"
        + '[controls]\nkinds = ["random_weights_cascade"]\ncascade_steps = 99\n'
    )

    message = check(folder, text)

    assert "has 4 faults" in message
    assert "need a region of each seed image" in message
    assert "distance_budget and matching.activation cannot both be reached" in message
    assert "controls.cascade_steps must not exceed" in message
    assert "lead to stage3:2; got 99" in message


def test_a_precision_the_device_does_not_have_is_refused(folder: Path) -> None:
    precise = '[accentuation]\nprecision = "tf32"\n'

    message = check(folder, EMBEDDED_PLAN.replace("[accentuation]\n", precise))

    assert "has 1 fault" in message
    assert "accentuation: precision 'tf32' needs a CUDA device" in message
    precise = precise.replace("tf32", "bfloat16")
    assert not check(folder, EMBEDDED_PLAN.replace("[accentuation]\n", precise))


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (
            '[controls]\nkinds = ["random"]',
            "controls.kinds must be a list, each one of",
        ),
        ("[controls]\ncascade_steps = 0", "cascade_steps must be at least 1; got 0"),
        ("[matching]\npercentile_points = 0", "percentile_points must be above 0"),
        ('[matching]\nactivation = "yes"', "matching.activation must be true or false"),
    ],
)
def test_controls_and_matching_are_checked_like_the_rest(
    tmp_path: Path, table: str, fault: str
) -> None:
    faults = faults_of(tmp_path, f"{PLAN}\n{table}\n")

    assert any(fault in line for line in faults), faults


def test_a_channel_the_layer_does_not_have_is_refused(folder: Path) -> None:
    assert "got channel 999" in check(
        folder, EMBEDDED_PLAN.replace("stage3:2", "stage3:999")
    )


def test_a_pool_that_is_too_small_is_refused_with_the_count(tmp_path: Path) -> None:
    write_photographs(tmp_path / "photographs", n_of_class=1)

    message = check(tmp_path, EMBEDDED_PLAN)

    assert "a feature needs 10 different photographs" in message
    assert "got 5" in message


def test_strata_that_need_classes_are_refused_without_them(folder: Path) -> None:
    flat = folder / "flat"
    flat.mkdir()
    for number, path in enumerate((folder / "photographs").rglob("*.png")):
        path.rename(flat / f"{number}.png")
    overrides = PlanOverrides(photographs=flat)

    message = check(folder, EMBEDDED_PLAN, overrides)

    assert "60 of 60 lie in no sub-folder" in message
    assert "set far = 0 and within_class = 0" in message
    only_near = EMBEDDED_PLAN.replace("far = 1", "far = 0")
    only_near = only_near.replace("within_class = 1", "within_class = 0")
    assert check(folder, only_near, overrides) == ""


def test_a_plan_without_photographs_asks_for_them(folder: Path) -> None:
    text = EMBEDDED_PLAN.replace('folder = "photographs"', "")

    assert "--photographs DIR" in check(folder, text)


def test_a_network_that_does_not_exist_is_a_fault_among_others(folder: Path) -> None:
    text = EMBEDDED_PLAN.replace("near = 1", "nearr = 1")

    message = check(folder, text, PlanOverrides(network="mobilnet_v2"))

    assert "has 2 faults" in message
    assert "mobilenet_v2" in message
