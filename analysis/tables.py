"""The report's tables as tidy data, one CSV each."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.measures import accuracy_by, response_times
from analysis.results import Analysis


def _words(text: str) -> list[str]:
    return text.split()


_ESTIMATE_COLUMNS = _words(
    "id quantity first second condition stratum feature_id confidence value unit low "
    "high level method generalizes_to n_responses n_participants n_features t df p "
    "p_adjusted family is_confirmatory status reason"
)
_PLANTED_COLUMNS = _words(
    "condition planted recovered low high method generalizes_to contains"
)
_ROBUSTNESS_COLUMNS = _words(
    "first second method unit generalizes_to value low high df p n_pairs n_flips "
    "is_exact warnings"
)
_TRIAL_COLUMNS = _words(
    "condition n_planned n_not_shown n_not_answered n_answered n_analysed"
)


def estimates_table(
    results: Mapping[str, Any], quantities: tuple[str, ...]
) -> pd.DataFrame:
    """Estimates of some quantities, one row each, the interval spread over columns.

    Args:
        quantities: which, e.g. ("accuracy",).
    """
    rows = [
        {
            **estimate,
            **_ends(estimate["interval"]),
            **dict(zip(("first", "second"), estimate["contrast"] or (), strict=False)),
        }
        for estimate in results["estimates"]
        if estimate["quantity"] in quantities
    ]
    return pd.DataFrame(rows, columns=_ESTIMATE_COLUMNS)


def planted_table(results: Mapping[str, Any]) -> pd.DataFrame:
    """Planted and recovered accuracies, one row per condition and interval."""
    rows = [{**row, **_ends(row["interval"])} for row in results["planted"] or []]
    return pd.DataFrame(rows, columns=_PLANTED_COLUMNS)


def _ends(interval: Mapping[str, Any] | None) -> dict[str, Any]:
    names = ("low", "high", "level")
    return {name: interval[name] if interval else None for name in names}


def all_tables(analysis: Analysis) -> dict[str, pd.DataFrame]:
    """File name without ending -> table."""
    results, responses = analysis.results, analysis.responses
    catch = results["catch"]
    tables = {
        "accuracy": estimates_table(results, ("accuracy",)),
        "contrasts": estimates_table(results, ("difference",)),
        "features": estimates_table(results, ("feature_accuracy",)),
        "accuracy_at_confidence": estimates_table(results, ("accuracy_at_confidence",)),
        "robustness": _frame(results["robustness"], _ROBUSTNESS_COLUMNS),
        "exclusions": _exclusions(results["flow"]["rules"]),
        "sessions_by_list": pd.DataFrame(results["flow"]["by_list"]),
        "trials": _frame(results["flow"]["trials"], _TRIAL_COLUMNS),
        "catch": _frame(catch["histogram"], ["n_correct", "n_sessions"]),
        "catch_rule": _frame(catch["operating_characteristics"], ["ability", "p_pass"]),
        "confidence": _frame(
            results["confidence"],
            ["condition", "confidence", "n_responses", "n_correct"],
        ),
        "response_times": response_times(responses, ["condition"]),
        "participants": accuracy_by(responses, ["participant_id", "condition"]),
    }
    if results["planted"] is not None:
        tables["planted"] = planted_table(results)
    return tables


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    """Rows as a table that has its columns also when it has no row."""
    return pd.DataFrame(rows, columns=columns)


def _exclusions(rules: list[dict[str, Any]]) -> pd.DataFrame:
    """The rules with their limits in one cell each."""
    table = pd.DataFrame(rules)
    table["parameters"] = [
        "; ".join(f"{name}={value}" for name, value in rule["parameters"].items())
        for rule in rules
    ]
    return table
