"""All numbers of a report as one plain dictionary: the content of results.json."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.analysed import Analysed
from analysis.config import AnalysisConfig
from analysis.crossed import CrossedCounts, count_crossed
from analysis.errors import AnalysisError
from analysis.estimates import Estimate
from analysis.estimation import (
    Resamples,
    estimate_accuracies,
    estimate_confidence,
    estimate_contrasts,
    estimate_features,
    estimate_strata,
)
from analysis.exclusions import apply_rules, blinded, rules_of_definition
from analysis.family import choose_family
from analysis.intervals import BOTH, NEW_PARTICIPANTS
from analysis.load import StudyExport
from analysis.measures import ordered_conditions, response_times
from analysis.preregistration import TWO_WAY_ROBUST as ROBUST_MODEL
from analysis.preregistration import Preregistration
from analysis.sections.listed import SECTIONS
from analysis.summaries import (
    analysed_sizes,
    catch_facts,
    confidence_counts,
    flow_facts,
    study_facts,
)
from analysis.threads import fixed_threads
from analysis.warnings_found import find_warnings

SCHEMA_VERSION = 1

RESAMPLING = "resampling"


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """Results together with the rows they came from, for tables and figures."""

    results: dict[str, Any]
    """Plain values only: what results.json holds."""

    responses: pd.DataFrame
    """Analysed main responses."""

    counts: CrossedCounts
    """The same, counted."""


def analyse(
    export: StudyExport,
    config: AnalysisConfig,
    *,
    provenance: Mapping[str, Any],
    planted: Mapping[str, float] | None = None,
    feature_labels: Mapping[str, str] | None = None,
    preregistration: Preregistration | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Analysis:
    """Compute everything the report says.

    Args:
        provenance: see `describe_inputs`.
        planted: condition -> planted accuracy of a simulation.
        feature_labels: feature_id -> name for people.
        preregistration: its exclusions apply instead of the study's own.
        say: told each stage before it begins: `RESAMPLING`, then the sections.

    Raises:
        AnalysisError: the answers are ratings; see `analysis.ratings.results`.
    """
    if export.is_rating:
        raise AnalysisError(
            "the study's answers are ratings, which are never right or wrong; "
            "`analyse_ratings` of analysis.ratings.results analyses them."
        )
    rules = (
        preregistration.rules()
        if preregistration
        else rules_of_definition(export.definition)
    )
    flow = apply_rules(blinded(export.participants, export.trials), rules)
    main = export.trials.loc[export.trials["trial_kind"] == "main"]
    is_kept = main["is_answered"] & ~main["session_id"].isin(list(flow.removed))
    responses = main.loc[is_kept].reset_index(drop=True)
    conditions = ordered_conditions(list(main["condition"].unique()))
    counts = count_crossed(responses, conditions)
    family = choose_family(conditions, preregistration)
    say(RESAMPLING)
    resamples = Resamples(counts, config)
    study = Analysed(
        export=export,
        flow=flow,
        responses=responses,
        conditions=tuple(conditions),
        family=family,
        counts=counts,
        resamples=resamples,
        config=config,
        preregistration=preregistration,
        feature_labels=dict(feature_labels or {}),
    )
    estimates = [
        *estimate_accuracies(counts, resamples, config),
        *as_planned(
            estimate_contrasts(counts, family, resamples, config), preregistration
        ),
        *estimate_strata(responses, conditions, config),
        *estimate_confidence(responses, config),
        *estimate_features(responses, config),
    ]
    results: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "provenance": dict(provenance),
        "preregistration": preregistration_facts(preregistration),
        "study": study_facts(export, flow),
        "analysed": analysed_sizes(responses, conditions),
        "flow": flow_facts(export, flow),
        "catch": catch_facts(export, flow),
        "family": family.as_facts(),
        "estimates": [estimate_entry(estimate) for estimate in estimates],
        "planted": _planted(planted, estimates),
        "confidence": confidence_counts(responses),
        "response_times": response_times(responses, ["condition"]).to_dict("records"),
        "feature_labels": dict(feature_labels or {}),
    }
    with fixed_threads():
        for name, compute in SECTIONS.items():
            say(name)
            results[name] = compute(study)
    results["fits"] = [fit for fit in [results["primary"]["fit"]] if fit]
    results["warnings"] = find_warnings(results)
    return Analysis(results=plain(results), responses=responses, counts=counts)


def as_planned(
    estimates: Sequence[Estimate], preregistration: Preregistration | None
) -> list[Estimate]:
    """Contrasts marked as confirmatory where the preregistered test is theirs."""
    if preregistration is None or preregistration.model != ROBUST_MODEL:
        return list(estimates)
    planned = {(preregistration.reference, c) for c in preregistration.contrasts}
    return [
        replace(e, is_confirmatory=e.contrast in planned and e.family is not None)
        for e in estimates
    ]


def preregistration_facts(plan: Preregistration | None) -> dict[str, Any] | None:
    """The decisions with their checksum and bounds; None without a plan."""
    if plan is None:
        return None
    return {**asdict(plan), "sha256": plan.sha256, "z_bounds": plan.z_bounds}


def to_json(results: Mapping[str, Any]) -> str:
    """Results as text: sorted keys, shortest floats, null for undefined."""
    text = json.dumps(
        results, sort_keys=True, indent=2, allow_nan=False, ensure_ascii=False
    )
    return text + "\n"


def plain(value: Any) -> Any:
    """Numbers of Python, null for what is missing or not finite."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value


def estimate_entry(estimate: Estimate) -> dict[str, Any]:
    """An estimate as plain values."""
    entry = asdict(estimate)
    if estimate.interval is not None:
        entry["interval"] = estimate.interval._asdict()
    return entry


def _planted(
    planted: Mapping[str, float] | None, estimates: Sequence[Estimate]
) -> list[dict[str, Any]] | None:
    """Planted and recovered accuracy of each planted condition; None: not given."""
    if planted is None:
        return None
    rows = []
    for condition in ordered_conditions(list(planted)):
        recovered = [
            e
            for e in estimates
            if e.quantity == "accuracy"
            and e.condition == condition
            and e.stratum is None
            and e.generalizes_to in (BOTH, NEW_PARTICIPANTS)
        ]
        rows += [
            {
                "condition": condition,
                "planted": planted[condition],
                "recovered": e.value,
                "method": e.method,
                "generalizes_to": e.generalizes_to,
                "interval": e.interval._asdict() if e.interval else None,
                "contains": e.interval.low <= planted[condition] <= e.interval.high
                if e.interval
                else None,
            }
            for e in recovered
        ]
    return rows
