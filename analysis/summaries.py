"""What the report says besides estimates: study, sizes, flow, catch trials."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.catch_trials import catch_by_session, operating_characteristics
from analysis.exclusion_rules import ALL_BUT_ONE
from analysis.exclusions import ExclusionFlow
from analysis.load import StudyExport
from analysis.measures import trial_flow

_HEADER_FACTS = (
    "study_id",
    "study_version",
    "study_title",
    "definition_sha256",
    "bundle_id",
    "manifest_sha256",
    "server_version",
    "exported_at",
    "sessions",
    "n_rows",
    "n_sessions_left_out",
    "table_sha256",
)


def study_facts(export: StudyExport, flow: ExclusionFlow) -> dict[str, Any]:
    """Which study, and how many sessions of it are simulated or analysed."""
    kept = export.participants.loc[
        ~export.participants["session_id"].isin(list(flow.removed))
    ]
    return {
        **{name: export.header[name] for name in _HEADER_FACTS},
        "task": export.task,
        "option_names": export.option_names,
        "n_sessions": len(export.participants),
        "n_simulated": int(export.participants["is_simulated"].sum()),
        "n_analysed_simulated": int(kept["is_simulated"].sum()),
        "n_analysed": len(kept),
    }


def analysed_sizes(
    responses: pd.DataFrame, conditions: Sequence[str]
) -> dict[str, Any]:
    """How many people, features and responses are analysed, and their flags."""
    cells = responses.groupby(["participant_id", "condition"]).size()
    return {
        "n_participants": responses["participant_id"].nunique(),
        "n_features": responses["feature_id"].nunique(),
        "n_responses": len(responses),
        "conditions": list(conditions),
        "strata": sorted(responses["stratum"].unique()),
        "n_trials_per_cell": [int(cells.min()), int(cells.max())] if len(cells) else [],
        "n_late": int(responses["is_late"].fillna(value=False).sum()),
        "n_conflicts": int(responses["n_conflicts"].fillna(0).sum()),
        "n_reloaded": int((responses["n_onsets"] > 1).fillna(value=False).sum()),
        "n_hidden": int((responses["hidden_ms"] > 0).fillna(value=False).sum()),
    }


def flow_facts(export: StudyExport, flow: ExclusionFlow) -> dict[str, Any]:
    """Sessions and trials from the plan to the analysis."""
    analysed = export.participants.loc[
        ~export.participants["session_id"].isin(list(flow.removed)), "session_id"
    ]
    rules = [
        {
            **row,
            "label": rule.label,
            "parameters": rule.limits,
            "is_always": rule.is_always,
        }
        for row, rule in zip(flow.table.to_dict("records"), flow.rules, strict=True)
    ]
    return {
        "n_assigned": len(export.participants),
        "n_excluded": len(flow.removed),
        "n_analysed": len(export.participants) - len(flow.removed),
        "rules": rules,
        "by_list": flow.by_list.to_dict("records"),
        "trials": trial_flow(export.trials, list(analysed)).to_dict("records"),
    }


def catch_facts(export: StudyExport, flow: ExclusionFlow) -> dict[str, Any]:
    """Catch performance of all who answered one, and whom the rule lets in."""
    table = catch_by_session(export.trials)
    table = table.loc[table["n_answered"] > 0]
    limits = [rule.limits for rule in flow.rules if rule.name == "catch"]
    n_catch = int(table["n_planned"].max()) if len(table) else 0
    n_required = None
    if limits and n_catch:
        asked = int(limits[0]["min_correct"])
        n_required = n_catch - 1 if asked == ALL_BUT_ONE else asked
    histogram = table["n_correct"].value_counts().sort_index()
    return {
        "n_sessions": len(table),
        "n_catch": n_catch,
        "n_required": n_required,
        "n_answered": int(table["n_answered"].sum()),
        "n_correct": int(table["n_correct"].sum()),
        "histogram": [
            {"n_correct": n, "n_sessions": count} for n, count in histogram.items()
        ],
        "operating_characteristics": []
        if n_required is None
        else operating_characteristics(n_catch, n_required).to_dict("records"),
    }


def confidence_counts(responses: pd.DataFrame) -> list[dict[str, Any]]:
    """Responses and right ones per condition and confidence level."""
    rated = responses.loc[responses["confidence"].notna()]
    table = (
        rated.assign(is_correct=rated["is_correct"].astype("int64"))
        .groupby(["condition", "confidence"], as_index=False)
        .agg(n_responses=("is_correct", "size"), n_correct=("is_correct", "sum"))
    )
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
