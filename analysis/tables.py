"""The report's tables as tidy data, one CSV each."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.measures import accuracy_by
from analysis.results import Analysis


def estimates_table(
    results: Mapping[str, Any], quantities: tuple[str, ...]
) -> pd.DataFrame:
    """Estimates of some quantities, one row each, the interval spread over columns.

    Args:
        quantities: which, e.g. ("accuracy",).
    """
    rows = []
    for estimate in results["estimates"]:
        if estimate["quantity"] not in quantities:
            continue
        interval = estimate["interval"] or {"low": None, "high": None, "level": None}
        first, second = estimate["contrast"] or (None, None)
        names = ("condition", "stratum", "feature_id", "confidence", "value", "unit")
        counts = ("n_responses", "n_participants", "n_features")
        tests = ("t", "df", "p", "p_adjusted", "family", "is_confirmatory")
        rows.append(
            {
                "id": estimate["id"],
                "quantity": estimate["quantity"],
                "first": first,
                "second": second,
                **{name: estimate[name] for name in names},
                **{name: interval[name] for name in ("low", "high", "level")},
                "method": estimate["method"],
                "generalizes_to": estimate["generalizes_to"],
                **{name: estimate[name] for name in (*counts, *tests)},
                "status": estimate["status"],
                "reason": estimate["reason"],
            }
        )
    return pd.DataFrame(rows)


def all_tables(analysis: Analysis) -> dict[str, pd.DataFrame]:
    """File name without ending -> table."""
    results, responses = analysis.results, analysis.responses
    flow = results["flow"]
    rules = pd.DataFrame(flow["rules"])
    rules["parameters"] = [
        "; ".join(f"{key}={value}" for key, value in parameters.items())
        for parameters in rules["parameters"]
    ]
    tables = {
        "accuracy": estimates_table(results, ("accuracy",)),
        "contrasts": estimates_table(results, ("difference",)),
        "features": estimates_table(results, ("feature_accuracy",)),
        "accuracy_at_confidence": estimates_table(results, ("accuracy_at_confidence",)),
        "paired_checks": pd.DataFrame(results["paired_checks"]),
        "exclusions": rules,
        "sessions_by_list": pd.DataFrame(flow["by_list"]),
        "trials": pd.DataFrame(flow["trials"]),
        "catch": pd.DataFrame(results["catch"]["histogram"]),
        "catch_rule": pd.DataFrame(results["catch"]["operating_characteristics"]),
        "confidence": pd.DataFrame(results["confidence"]),
        "response_times": pd.DataFrame(results["response_times"]),
        "participants": accuracy_by(responses, ["participant_id", "condition"]),
    }
    if results["planted"] is not None:
        tables["planted"] = planted_table(results)
    return tables


def planted_table(results: Mapping[str, Any]) -> pd.DataFrame:
    """Planted and recovered accuracies, one row per condition and interval."""
    rows = []
    for row in results["planted"] or []:
        interval = row["interval"] or {"low": None, "high": None}
        rows.append(
            {
                "condition": row["condition"],
                "planted": row["planted"],
                "recovered": row["recovered"],
                "low": interval["low"],
                "high": interval["high"],
                "method": row["method"],
                "generalizes_to": row["generalizes_to"],
                "contains": row["contains"],
            }
        )
    return pd.DataFrame(rows)
