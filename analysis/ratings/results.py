"""All numbers of a rating study's report as one plain dictionary."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.config import AnalysisConfig
from analysis.errors import ExportFormatError
from analysis.estimation import Resamples
from analysis.exclusions import apply_rules, blinded, rules_of_definition
from analysis.family import choose_family
from analysis.load import StudyExport
from analysis.measures import ordered_conditions
from analysis.preregistration import Preregistration
from analysis.ratings.agreement import (
    agreement_by_block,
    crossed_agreement,
    estimate_agreement,
    estimate_differences,
    scale_use,
)
from analysis.results import (
    SCHEMA_VERSION,
    as_planned,
    estimate_entry,
    plain,
    preregistration_facts,
)
from analysis.summaries import catch_facts, flow_facts, study_facts
from analysis.threads import fixed_threads

NO_ACTIVATIONS = (
    "the export does not say how the network responds to the photographs that were "
    "rated: {what}. Put the study's bundle back into the server's folder and export "
    "again."
)


@dataclass(frozen=True, kw_only=True)
class RatingAnalysis:
    """Results together with the rows they came from."""

    results: dict[str, Any]
    """Plain values only: what results.json holds."""

    ratings: pd.DataFrame
    """Analysed ratings, one row each, with the photograph's activation_percentile."""

    blocks: pd.DataFrame
    """See `agreement_by_block`."""


def analyse_ratings(
    export: StudyExport,
    config: AnalysisConfig,
    *,
    provenance: Mapping[str, Any],
    feature_labels: Mapping[str, str] | None = None,
    preregistration: Preregistration | None = None,
) -> RatingAnalysis:
    """Compute everything the report of a rating study says.

    Args: see `analysis.results.analyse`.

    Raises:
        ExportFormatError: the export lacks what the network responded.
    """
    rules = (
        preregistration.rules()
        if preregistration
        else rules_of_definition(export.definition)
    )
    flow = apply_rules(blinded(export.participants, export.trials), rules)
    main = export.trials.loc[export.trials["trial_kind"] == "main"]
    is_kept = main["is_answered"] & ~main["session_id"].isin(list(flow.removed))
    ratings = with_percentiles(main.loc[is_kept], export.stimuli)
    conditions = ordered_conditions(list(main["condition"].unique()))
    family = choose_family(conditions, preregistration)
    blocks = agreement_by_block(ratings)
    with fixed_threads():
        counts = crossed_agreement(blocks, conditions)
        resamples = Resamples(counts, config)
        estimates = [
            *estimate_agreement(counts, resamples, config),
            *as_planned(
                estimate_differences(counts, family, resamples, config), preregistration
            ),
        ]
    results: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "task": "rating",
        "provenance": dict(provenance),
        "preregistration": preregistration_facts(preregistration),
        "study": study_facts(export, flow),
        "analysed": {
            "n_participants": ratings["participant_id"].nunique(),
            "n_features": ratings["feature_id"].nunique(),
            "n_ratings": len(ratings),
            "n_blocks": len(blocks),
            "n_undefined": int(blocks["tau"].isna().sum()),
            "conditions": conditions,
        },
        "flow": flow_facts(export, flow),
        "catch": catch_facts(export, flow),
        "family": family.as_facts(),
        "estimates": [estimate_entry(estimate) for estimate in estimates],
        "scale_use": scale_use(ratings).to_dict("records"),
        "feature_labels": dict(feature_labels or {}),
    }
    return RatingAnalysis(results=plain(results), ratings=ratings, blocks=blocks)


def with_percentiles(
    ratings: pd.DataFrame, stimuli: pd.DataFrame | None
) -> pd.DataFrame:
    """The ratings, each with its photograph's `activation_percentile` (0 to 100).

    Raises:
        ExportFormatError: a rated photograph is not described.
    """
    wanted = {"stimulus_id", "feature_id", "activation_percentile"}
    if stimuli is None or not wanted <= set(stimuli.columns):
        raise ExportFormatError(NO_ACTIVATIONS.format(what="stimuli.csv is missing"))
    known = stimuli.dropna(subset=["activation_percentile"]).drop_duplicates(
        ["stimulus_id", "feature_id"]
    )[sorted(wanted)]
    named = ratings.assign(stimulus_id=ratings["target_stimulus_id"])
    found = named.merge(known, on=["stimulus_id", "feature_id"], how="left")
    missing = found["activation_percentile"].isna()
    if missing.any():
        first = found.loc[missing, "stimulus_id"].iloc[0]
        what = f"stimuli.csv lacks {first!r} ({int(missing.sum())} such ratings)"
        raise ExportFormatError(NO_ACTIVATIONS.format(what=what))
    return found
