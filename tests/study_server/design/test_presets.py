"""Every preset has the published parameters and can be taken (1.16, 1.17)."""

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from study_server.design.definition import (
    StudyDefinition,
    parse_definition,
    read_definition,
)
from study_server.design.fit import check_fit
from study_server.design.planned import PlannedTrial
from study_server.design.schedule import draw_plan
from study_server.errors import DefinitionError
from study_server.presets import preset_names, read_preset
from tests.study_server.design.bundles import nominal_bundle

SMALL = Path(__file__).parents[3] / "study_server" / "demo" / "presets"
OWN = {
    "study_id": "again",
    "title": "Once more",
    "rng_seed": 1,
    "contact": "lab@example.org",
    "completion_code": "CODE",
}

# Field to value, by the table of the specification (1.16) and 1.17.
PUBLISHED: dict[str, dict[str, Any]] = {
    "extrapolation": {
        "study.n_slots": 200,
        "study.estimated_minutes": 18,
        "design.task": "two_alternative",
        "design.crossing": "lists",
        "design.n_features": 50,
        "design.n_query_pairs": 4,
        "design.strata": {"near": 1, "far": 2, "within_class": 1},
        "design.n_panel_tiles": 8,
        "design.none_after_slots": 10,
        "display.layout": "panel_left",
        "display.panel_visibility": "stays",
        "display.window_gate": "warn",
        "display.min_window_width_px": 1280,
        "display.min_window_height_px": 720,
        "timing.panel_min_ms": 8_000,
        "timing.instructions_min_ms": 20_000,
        "timing.lease_minutes": 56,
        "practice.n_trials": 5,
        "practice.min_correct": 5,
        "practice.max_rounds": 3,
        "main.has_feedback": False,
        "catch.n_trials": 8,
        "comprehension.n_items": 3,
        "comprehension.max_attempts": 2,
        "rules.catch": {"min_correct": 7},
        "rules.rarer_side": {"min_share": 0.1},
    },
    "borowski2021": {
        "study.n_slots": 10,
        "design.task": "two_alternative",
        "design.conditions": ("none", "natural", "feature_visualization"),
        "design.crossing": "all",
        "design.is_none_around": True,
        "design.n_features": 45,
        "design.n_panel_tiles": 9,
        "design.has_negative_panel": True,
        "display.layout": "panels_both_sides",
        "display.panel_columns": 3,
        "display.image_px": 224,
        "display.min_window_width_px": 1920,
        "display.min_window_height_px": 1080,
        "display.is_fullscreen_offered": True,
        "display.buttons_locked_ms": 0,
        "timing.feedback_delay_ms": 500,
        "timing.feedback_ms": 1_500,
        "practice.n_trials": 15,
        "practice.has_feedback": True,
        "main.has_feedback": True,
        "main.score": "per_block",
        "main.n_repeats": 6,
        "catch.n_trials": 18,
    },
    "borowski2021_online": {
        "study.n_slots": 2 * 130,
        "design.crossing": "between",
        "design.conditions": ("natural", "feature_visualization"),
        "timing.instructions_min_ms": 15_000,
        "rules.instructions_too_fast": {"min_ms": 15_000},
        "rules.total_time": {"min_ms": 90_000, "max_ms": 600_000},
        "catch.n_trials": 5,
        "rules.catch": {"min_correct": 3},
    },
    "zimmermann2021": {
        "study.n_slots": 5 * 50,
        "design.task": "occlusion",
        "design.asked": "drives_more",
        "design.conditions": (
            "feature_visualization",
            "natural",
            "natural_5_visualization_4",
            "natural_blurred",
            "none",
        ),
        "design.crossing": "between",
        "design.n_features": 18,
        "design.n_panel_tiles": 9,
        "design.has_negative_panel": False,
        "display.layout": "panel_left",
        "display.window_gate": "off",
        "display.buttons_locked_ms": 0,
        "timing.instructions_min_ms": 20_000,
        "timing.feedback_ms": 2_000,
        "practice.n_trials": 4,
        "practice.n_obvious": 1,
        "practice.min_correct": 4,
        "practice.max_rounds": 5,
        "practice.has_feedback": True,
        "main.has_feedback": False,
        "catch.n_trials": 3,
        "rules.catch": {"min_correct": 2},
        "rules.instructions_too_fast": {"min_ms": 20_000},
        "rules.total_time": {"min_ms": 90_000, "max_ms": 900_000},
        "rules.rarer_side": {"min_share": pytest.approx(1 / 21, abs=1e-4)},
    },
    "imi2023": {
        "study.n_slots": 2 * 63,
        "design.task": "two_alternative",
        "design.conditions": ("natural", "feature_visualization"),
        "design.crossing": "between",
        "design.n_features": 84,
        "design.n_features_per_session": 40,
        "design.n_panel_tiles": 9,
        "design.has_negative_panel": True,
        "design.visualization_order": "first_then_shuffled",
        "display.layout": "panels_both_sides",
        "display.panel_columns": 3,
        "display.image_px": 224,
        "display.buttons_locked_ms": 1_500,
        "display.window_gate": "block",
        "display.min_window_width_px": 940,
        "display.min_window_height_px": 600,
        "display.is_fullscreen_offered": True,
        "timing.instructions_min_ms": 15_000,
        "timing.feedback_delay_ms": 350,
        "timing.feedback_ms": 1_150,
        "practice.n_trials": 5,
        "practice.n_obvious": 4,
        "practice.min_correct": 5,
        "practice.max_rounds": 3,
        "practice.has_feedback": True,
        "main.has_feedback": True,
        "main.score": "running",
        "catch.n_trials": 5,
        "catch.tile": "last",
        "rules.catch": {"min_correct": 4},
        "rules.instructions_too_fast": {"min_ms": 15_000},
        "rules.total_time": {"min_ms": 135_000, "max_ms": 2_500_000},
        "rules.rarer_side": {"min_share": pytest.approx(5 / 45, abs=1e-4)},
    },
}
TRIALS = {
    "extrapolation": {"main": 50, "catch": 8, "practice": 15},
    "borowski2021": {"main": 135, "repeat": 18, "catch": 18, "practice": 15},
    "borowski2021_online": {"main": 45, "catch": 5, "practice": 5},
    "zimmermann2021": {"main": 18, "catch": 3, "practice": 20},
    "imi2023": {"main": 40, "catch": 5, "practice": 15},
}
"""Planned in a session with panels; practice with all its rounds."""


def whole(name: str, **tables: Any) -> StudyDefinition:
    """A preset with the least that a study.toml must add to it."""
    values: dict[str, Any] = {
        "preset": name,
        "study": OWN,
        "design": {"practice_features": [f"f{i}" for i in range(5)]},
    }
    if name == "zimmermann2021":
        values["catch"] = {"features": ["f5", "f6", "f7"]}
    for table, keys in tables.items():
        values[table] = {**values.get(table, {}), **keys}
    return parse_definition(values, name="study.toml")


def field_of(definition: StudyDefinition, path: str) -> Any:
    table, key = path.split(".")
    if table == "rules":
        (rule,) = (r for r in definition.exclusions if r.name == key)
        return rule.model_extra
    return getattr(getattr(definition, table), key)


def plan(name: str, slot_index: int = 0) -> tuple[PlannedTrial, ...]:
    bundle = nominal_bundle(5 + 84 + 6, 4, n_tiles=9)
    definition = whole(name)
    check_fit(definition, bundle)
    return draw_plan(definition, bundle, slot_index=slot_index, rng=Random(1))


def test_the_table_covers_every_preset() -> None:
    assert set(PUBLISHED) == set(TRIALS) == set(preset_names())


@pytest.mark.parametrize(
    ("name", "path"), [(n, p) for n, table in PUBLISHED.items() for p in table]
)
def test_each_field_is_the_published_one(name: str, path: str) -> None:
    assert field_of(whole(name), path) == PUBLISHED[name][path]


@pytest.mark.parametrize("name", preset_names())
def test_a_session_has_the_published_numbers_of_trials(name: str) -> None:
    assert Counter(trial.trial_kind for trial in plan(name)) == TRIALS[name]


def test_borowski_shows_each_feature_in_each_condition_with_a_new_pair() -> None:
    main = [trial for trial in plan("borowski2021") if trial.trial_kind == "main"]

    met = Counter((trial.feature_id, trial.condition) for trial in main)
    assert set(met.values()) == {1}
    assert len({trial.query_pair_id for trial in main}) == len(main)
    blocks = list(dict.fromkeys((t.block_index, t.condition) for t in main))
    assert [condition for _, condition in blocks] in (
        ["none", "natural", "feature_visualization", "none"],
        ["none", "feature_visualization", "natural", "none"],
    )


def test_imi_shows_each_feature_equally_often() -> None:
    """63 sessions x 40 of 84 features: 30 responses to each."""
    bundle = nominal_bundle(5 + 84, 4, n_tiles=9)
    definition = whole("imi2023")
    shown = Counter(
        trial.feature_id
        for slot_index in range(0, 126, 2)
        for trial in draw_plan(
            definition, bundle, slot_index=slot_index, rng=Random(slot_index)
        )
        if trial.trial_kind == "main"
    )

    assert set(shown.values()) == {30}
    assert len(shown) == 84


def test_imi_asks_about_the_last_tiles_in_catch_trials() -> None:
    for trial in plan("imi2023", slot_index=1):
        if trial.trial_kind == "catch":
            feature = trial.feature_id
            assert trial.target_stimulus_id == f"{feature}-visualization-8"
            assert trial.distractor_stimulus_id == f"{feature}-minimal-visualization-8"
            assert trial.panel_stimulus_ids[0] == f"{feature}-visualization-0"


def test_own_keys_come_before_those_of_the_preset() -> None:
    definition = whole("imi2023", design={"n_panel_tiles": 4}, catch={"per_block": 1})

    assert definition.design.n_panel_tiles == 4
    assert definition.design.crossing == "between"
    assert (definition.catch.per_block, definition.catch.n_trials) == (1, None)


@pytest.mark.parametrize("name", preset_names())
def test_the_differences_we_keep_are_exported(name: str) -> None:
    exported = whole(name).to_dict()

    assert exported["preset"]["name"] == name
    assert exported["preset"]["differences"] == read_preset(name)["differences"]
    assert parse_definition(exported, name="export") == whole(name)


def test_an_unknown_preset_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(DefinitionError, match=r"did you mean 'imi2023'"):
        whole("imi2032")


def test_a_bundle_that_lacks_stimuli_is_told_so_exactly() -> None:
    with pytest.raises(DefinitionError) as caught:
        check_fit(whole("zimmermann2021"), nominal_bundle(20, 2))

    assert "n_features = 18" in str(caught.value)
    assert "needs 9 natural_blurred of feature 'f0'" in str(caught.value)
    assert "20 in all; its 5 features have 10" in str(caught.value)


@pytest.mark.parametrize("name", preset_names())
def test_each_preset_has_a_small_study_for_the_demo_bundle(name: str) -> None:
    definition = read_definition(SMALL / f"{name}.toml")

    assert definition.preset is not None
    assert definition.preset.name == name
