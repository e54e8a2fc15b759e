"""How many of everything there is, before any accuracy."""

from collections.abc import Iterator

import pandas as pd

from analysis.validation.entry import Entry


def count_entries(name: str, trials: pd.DataFrame) -> Iterator[Entry]:
    """Participants, features and trials of each kind among the given trials."""
    is_repeat = trials["is_repeat"].astype(bool)
    is_main = (trials["trial_kind"] == "main") & ~is_repeat
    is_open = trials["is_correct"].isna()
    main_features = trials.loc[is_main, "feature_id"].nunique()
    found = {
        "participants": (trials["participant_id"].nunique(), "People with a trial."),
        "features": (main_features, "Features of main trials."),
        "main_trials": (is_main.sum(), "Main trials that are no repeats."),
        "catch_trials": ((trials["trial_kind"] == "catch").sum(), "Catch trials."),
        "practice_trials": (
            (trials["trial_kind"] == "practice").sum(),
            "Practice trials.",
        ),
        "repeated_trials": (is_repeat.sum(), "Main trials shown a second time."),
        "unanswered_trials": (
            is_open.sum(),
            f"Trials of any kind without an answer; {(is_open & is_main).sum()} of "
            "them main trials that are no repeats.",
        ),
    }
    for what, (n, detail) in found.items():
        yield Entry(
            name=f"{name}/n_{what}",
            value=float(n),
            unit="count",
            n_responses=int((~is_open).sum()),
            n_participants=trials["participant_id"].nunique(),
            n_features=main_features,
            detail=detail,
        )
