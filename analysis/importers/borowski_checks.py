"""What Borowski et al. (2021) promise about their rows, looked up in every row."""

import pandas as pd

from analysis.importers.trial_table import Check, check_rows, repeats_with_originals

CORRECT_BY_ORDER = {"max_min": "left", "min_max": "right"}
"""query_order names the upper image first; the one that excites most is correct."""


def all_checks(trials: pd.DataFrame) -> tuple[Check, ...]:
    """Whether rows contradict each other or themselves.

    Binding are a unique trial number, `correct` and the sign of the rating that fit the
    response, and `old_trial_nr` on repeats alone; the rest is how we read the layout.

    Args:
        trials: all files together, with the working columns of the importer.
    """
    return (*_identity(trials), *_answers(trials), *_ratings(trials), *_design(trials))


def all_notes(trials: pd.DataFrame) -> tuple[str, ...]:
    """What counts nowhere, as sentences."""
    notes = []
    if unanswered := int(trials["is_correct"].isna().sum()):
        notes.append(f"{unanswered} trials have no answer and count in no accuracy.")
    repeats = repeats_with_originals(trials)
    if lost := int((~repeats["has_original"]).sum()):
        notes.append(
            f"{lost} of {len(repeats)} repeated trials have no original among the "
            "trials and count in no agreement."
        )
    return tuple(notes)


def _identity(trials: pd.DataFrame) -> tuple[Check, ...]:
    main = trials.loc[trials["trial_kind"] == "main"]
    return (
        check_rows(
            "unique_trials",
            "a participant has each trial number once.",
            trials,
            trials.duplicated(["session", "participant_id", "trial_index"]),
        ),
        check_rows(
            "old_trial_on_repeats",
            "`old_trial_nr` is filled exactly on repeated trials.",
            main,
            main["old_trial"].notna() != main["is_repeat"],
        ),
    )


def _answers(trials: pd.DataFrame) -> tuple[Check, ...]:
    answered = trials.loc[trials["is_correct"].notna()]
    by_order = trials["query_order"].str.lower().map(CORRECT_BY_ORDER)
    ordered = trials.loc[by_order.notna() & trials["correct_option"].notna()]
    return (
        check_rows(
            "correct_is_agreement",
            "`correct` says whether `response` is `correct_response`.",
            answered,
            answered["said_correct"] != answered["is_correct"],
        ),
        check_rows(
            "correct_side_of_query_order",
            "`correct_response` is a where `query_order` is max_min, else b.",
            ordered,
            by_order[ordered.index] != ordered["correct_option"],
            is_binding=False,
        ),
    )


def _ratings(trials: pd.DataFrame) -> tuple[Check, ...]:
    answered = trials.loc[trials["is_correct"].notna()]
    signed = answered.loc[answered["signed_rating"].notna()]
    rated = answered.loc[answered["confidence"].notna()]
    both = signed.loc[signed["confidence"].notna()]
    return (
        check_rows(
            "sign_of_rating",
            "`conf_rating` is negative where a was chosen, positive for b.",
            signed,
            (signed["signed_rating"] < 0) != (signed["choice"] == "left"),
        ),
        check_rows(
            "size_of_rating",
            "`abs_conf_rating` is `conf_rating` without its sign.",
            both,
            both["signed_rating"].abs() != both["confidence"].astype("float64"),
            is_binding=False,
        ),
        check_rows(
            "ratings_of_1_to_3",
            "`abs_conf_rating` is 1, 2 or 3.",
            rated,
            ~rated["confidence"].isin([1, 2, 3]),
            is_binding=False,
        ),
    )


def _design(trials: pd.DataFrame) -> tuple[Check, ...]:
    found = repeats_with_originals(trials)
    found = found.loc[found["has_original"]]
    is_main = found["trial_kind_of_original"] == "main"
    is_first = is_main & ~found["is_repeat_of_original"].astype(bool)
    is_same = (found["condition"] == found["condition_of_original"]) & (
        found["query_pair_id"] == found["query_pair_id_of_original"]
    )
    told = trials.loc[trials["named_cell"].notna() & trials["grid_cell"].notna()]
    return (
        check_rows(
            "repeat_of_its_original",
            "`old_trial_nr` names a main trial with the condition and the two query "
            "images of its repeat.",
            found,
            ~(is_first & is_same),
            is_binding=False,
        ),
        check_rows(
            "cell_of_its_grid",
            "`condition_name` fits `instruction_grid_mode` and "
            "`n_instruction_patches`.",
            told,
            told["named_cell"] != told["grid_cell"],
            is_binding=False,
        ),
    )
