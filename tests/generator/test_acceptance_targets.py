"""Our targets for the method, each with the tests and checks that hold it.

The ids are those of our own list of acceptance targets. `accentuate verify` puts those
that have a check to the test on any network; here they are on the embedded one.
"""

import re
from pathlib import Path

import pytest

from generator.networks import load_network
from generator.verification.check import run_rule
from generator.verification.registry import RULES
from generator.verification.subject import subject_of

FOLDER = Path(__file__).parent

HELD: dict[str, tuple[str, ...]] = {
    "A1": ("test_gradients_agree_with_finite_differences", "check gradient"),
    "A2": ("test_an_image_comes_back_from_its_parameters", "check round_trip"),
    "A3": (
        "test_algebra_keeps_exact_weights_and_leaves_its_operands_alone",
        "check algebra",
    ),
    "A4": (
        "test_a_search_ends_at_the_same_place_alone_and_in_any_batch",
        "test_a_job_has_the_same_bytes_alone_in_any_batch_and_order",
        "check batch_invariance",
    ),
    "A5": ("test_the_network_is_left_as_it_was", "check untouched"),
    "A6": (
        "test_out_of_memory_goes_on_with_the_same_crops_in_smaller_passes",
        "check out_of_memory",
    ),
    "A7": (
        "test_the_same_command_writes_the_same_bytes",
        "test_a_saved_record_holds_config_metrics_and_display",
        "check same_bytes",
    ),
    "A8": ("test_every_objective_moves_pictures_of_every_architecture",),
    "A9": (
        "test_the_picture_is_the_sum_of_its_waves",
        "test_a_step_has_the_gradient_of_the_written_out_loss",
        "test_the_balance_is_the_ratio_of_both_gradients",
    ),
    "Q1": (
        "test_the_balance_agrees_between_rng_seeds",
        "test_the_balance_agrees_between_number_formats",
        "check balance",
    ),
    "Q2": (
        "test_a_budget_is_kept_within_five_percent_of_the_saved_picture",
        "test_eleven_levels_are_met_from_one_seed_image",
        "test_a_beagle_stays_within_its_budget",
        "test_a_beagle_meets_eleven_levels_of_tabby",
        "check target",
        "check budget",
    ),
    "Q3": ("test_gradients_agree_with_finite_differences",),
    "Q4": (
        "test_an_image_comes_back_from_its_parameters",
        "test_pixels_outside_an_edited_region_stay_as_they_are",
    ),
    "Q5": (
        "test_sides_are_uniform_between_their_bounds",
        "test_uniform_corners_fill_what_the_side_leaves",
        "test_toroidal_corners_are_anywhere",
        "test_padded_crops_touch_the_canvas_and_no_more_is_asked",
        "test_centres_are_normal_when_crops_may_leave_the_canvas",
        "test_maco_sides_shrink_along_their_path",
        "test_jitters_follow_their_laws",
    ),
    "Q6": (
        "test_the_opacity_map_of_a_uniform_objective_is_flat_by_every_law",
        "check opacity_map",
    ),
    "Q7": (
        "test_every_control_of_the_method_is_there",
        "test_every_control_is_made_from_every_seed_image",
        "test_specificity_compares_a_units_gain_with_those_of_its_layer",
    ),
    "Q8": ("test_every_number_of_the_table_is_that_of_the_saved_picture",),
    "Q9": ("test_a_figure_is_a_sheet_a_table_and_a_record",),
    "Q10": (
        "test_the_picture_is_the_optimized_pixels_and_its_views_are_other_files",
        "test_masked_views_are_files_of_their_own",
        "test_the_name_of_a_displayed_file_says_what_was_done",
    ),
}
"""By the target's id, the names of tests, and families of checks after `check`."""


@pytest.mark.parametrize("id_", list(HELD))
def test_each_target_has_its_tests(id_: str) -> None:
    written = "\n".join(path.read_text() for path in FOLDER.rglob("test_*.py"))
    tests = set(re.findall(r"^def (test_\w+)", written, re.MULTILINE))
    checks = {
        f"check {rule.id.partition('.')[0]}" for rule in RULES if rule.target == id_
    }

    named = set(HELD[id_])

    assert named <= tests | checks
    assert checks - {"check lean_step"} <= named


def test_no_target_is_left_out() -> None:
    assert list(HELD) == [
        *(f"A{number}" for number in range(1, 10)),
        *(f"Q{number}" for number in range(1, 11)),
    ]


@pytest.mark.parametrize("id_", [rule.id for rule in RULES])
def test_every_check_holds_for_the_embedded_network(id_: str) -> None:
    (rule,) = (rule for rule in RULES if rule.id == id_)

    check = run_rule(rule, subject_of(load_network("embedded")))

    assert check.holds, check.detail
