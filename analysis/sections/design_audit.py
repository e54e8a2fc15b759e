"""Whether the plan that ran was balanced; descriptive, about planned main trials."""

import math
from itertools import permutations
from typing import Any

import pandas as pd

from analysis.analysed import Analysed
from analysis.leakage import far_pairs_of_a_shown_class, near_copies, shown_together


def compute(study: Analysed) -> dict[str, Any]:
    """Balance of features, sides and order, and images shown twice.

    Returns:
        cells (fewest and most trials of a feature in a condition), conditions (share
        with the correct image left, mean place), neighbours (each ordered pair of
        conditions in neighbouring blocks, in sessions), n_possible_neighbours,
        n_query_in_panel (trials whose query image stands in the panel of any of the
        person's main trials; None: not known), leakage (see `_leakage`).
    """
    trials = study.export.trials
    main = trials.loc[trials["trial_kind"] == "main"]
    if main.empty:
        none: dict[str, Any] = {"conditions": [], "neighbours": [], "cells": []}
        return {**none, "n_query_in_panel": 0, "leakage": _leakage(study, main)}
    cells = main.groupby(["feature_id", "condition"]).size()
    by_list = main.merge(
        study.export.participants[["session_id", "list_index"]], on="session_id"
    )
    return {
        "cells": [int(cells.min()), int(cells.max())],
        "n_features": int(main["feature_id"].nunique()),
        "n_lists": int(by_list["list_index"].nunique()),
        "conditions": _conditions(
            main,
            list(study.conditions),
            knows_sides=study.export.option_names is not None,
        ),
        "neighbours": _neighbours(main),
        "n_possible_neighbours": _n_possible_neighbours(main),
        "n_query_in_panel": _overlap(main),
        "leakage": _leakage(study, main),
    }


NO_STIMULI = (
    "The export does not describe its images, so near copies were not looked for."
)


def _leakage(study: Analysed, main: pd.DataFrame) -> dict[str, Any]:
    """Tiles that nearly copy a query image beside them; far pairs of a shown class.

    Catch trials may show the answer, so main trials alone are looked at.
    """
    stimuli = study.export.stimuli
    if stimuli is None:
        return {"near_copies": [], "n_far_of_shown_class": None, "reason": NO_STIMULI}
    together = shown_together(main)
    return {
        "near_copies": near_copies(together, stimuli).to_dict("records"),
        "n_far_of_shown_class": far_pairs_of_a_shown_class(together, stimuli),
        "reason": None,
    }


def _conditions(
    main: pd.DataFrame, order: list[str], *, knows_sides: bool
) -> list[dict[str, Any]]:
    marked = pd.DataFrame(
        {
            "condition": main["condition"],
            "is_left": (main["correct_option"] == "left").astype(float)
            if knows_sides
            else math.nan,
            "block": main["block_index"].astype("float64"),
        }
    )
    table = marked.groupby("condition").agg(
        n_trials=("is_left", "size"),
        share_left_correct=("is_left", "mean"),
        mean_block=("block", "mean"),
    )
    rows = {row["condition"]: row for row in table.reset_index().to_dict("records")}
    return [
        {str(k): v for k, v in rows[condition].items()}
        for condition in order
        if condition in rows
    ]


def _neighbours(main: pd.DataFrame) -> list[dict[str, Any]]:
    """How often one condition's block came right after another's, over sessions."""
    blocks = main.drop_duplicates(["session_id", "block_index", "condition"])
    per_block = blocks.groupby(["session_id", "block_index"]).size()
    if blocks["block_index"].isna().any() or (per_block > 1).any():
        return []
    ordered = blocks.sort_values(["session_id", "block_index"], kind="stable")
    after = ordered.groupby("session_id")["condition"].shift(-1)
    pairs = pd.DataFrame(
        {
            "session_id": ordered["session_id"],
            "first": ordered["condition"],
            "second": after,
        }
    ).dropna()
    pairs = pairs.loc[pairs["first"] != pairs["second"]].drop_duplicates()
    counts = pairs.groupby(["first", "second"]).size().reset_index(name="n_sessions")
    return [{str(k): v for k, v in row.items()} for row in counts.to_dict("records")]


def _n_possible_neighbours(main: pd.DataFrame) -> int:
    """Ordered pairs of different conditions that some session holds both of."""
    seen = {frozenset(part) for _, part in main.groupby("session_id")["condition"]}
    return len({pair for names in seen for pair in permutations(names, 2)})


def _overlap(main: pd.DataFrame) -> int | None:
    """Trials that ask about an image which the person saw in a panel.

    None: no trial has a panel, or the images have no names.
    """
    if main[["panel_stimulus_ids", "target_stimulus_id"]].isna().all().any():
        return None
    panels = main.loc[main["panel_stimulus_ids"].notna(), ["session_id"]].assign(
        tile=main["panel_stimulus_ids"].str.split("|")
    )
    tiles = panels.explode("tile").drop_duplicates()
    seen = pd.MultiIndex.from_frame(tiles[["session_id", "tile"]])
    is_seen = pd.Series(data=False, index=main.index)
    for column in ("target_stimulus_id", "distractor_stimulus_id"):
        asked = pd.MultiIndex.from_frame(main[["session_id", column]])
        is_seen |= asked.isin(seen) & main[column].notna().to_numpy()
    return int(is_seen.sum())
