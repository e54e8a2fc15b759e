"""Two studies side by side: a replication, or two kinds of participants."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scipy import stats

from analysis.errors import ExportFormatError
from analysis.estimates import TWO_WAY_ROBUST
from analysis.intervals import BOTH

QUANTITIES = ("accuracy", "difference", "agreement", "agreement_difference")
DIFFERENT_STUDIES = (
    "The difference of the two studies, their intervals taken as independent: other "
    "people and other features in each. Where both used the same features or people, "
    "they are not independent, and the interval is too wide."
)


def read_results(folder: Path) -> dict[str, Any]:
    """The results of a report: its folder, or its results.json.

    Raises:
        ExportFormatError: no results of ours are there.
    """
    path = folder / "results.json" if folder.is_dir() else folder
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ExportFormatError(
            f"cannot read {path} ({error}). Give folders made by `study-analysis "
            "report`."
        ) from error
    if not isinstance(found, dict) or "estimates" not in found:
        raise ExportFormatError(f"{path} holds no results of `study-analysis report`.")
    return found


def compare(
    first: Mapping[str, Any], second: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Accuracies or agreements, and contrasts, that both studies estimate.

    Returns:
        One row per number: id, quantity, unit, each study's value and interval, the
        difference second minus first with its interval, p and whether each study's
        interval holds the other's value; None where a study has no interval.
    """
    theirs = {row["id"]: row for row in _shown(second)}
    return [
        _row(mine, theirs[mine["id"]]) for mine in _shown(first) if mine["id"] in theirs
    ]


def only_in(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """Numbers of the first study that the second does not have."""
    theirs = {row["id"] for row in _shown(second)}
    return [row["id"] for row in _shown(first) if row["id"] not in theirs]


def _shown(results: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        row
        for row in results["estimates"]
        if row["quantity"] in QUANTITIES and row["method"] == TWO_WAY_ROBUST
    ]


def _row(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": first["id"],
        "quantity": first["quantity"],
        "condition": first["condition"],
        "contrast": first["contrast"],
        "stratum": first["stratum"],
        "first": {name: first[name] for name in _KEPT},
        "second": {name: second[name] for name in _KEPT},
        "difference": second["value"] - first["value"],
        "interval": None,
        "p": None,
        "first_holds_second": _holds(first, second),
        "second_holds_first": _holds(second, first),
    }
    errors = [_standard_error(e) for e in (first, second)]
    if None in errors:
        return row
    (one, df_1), (two, df_2) = (e for e in errors if e is not None)
    return {**row, **_welch(row["difference"], (one, df_1), (two, df_2), first)}


_KEPT = ("value", "interval", "n_responses", "n_participants", "n_features", "reason")


def _welch(
    difference: float,
    first: tuple[float, int],
    second: tuple[float, int],
    estimate: Mapping[str, Any],
) -> dict[str, Any]:
    """Interval and p of a difference of independent numbers.

    Source: Welch (1947), Biometrika 34, 28-35.
    """
    variances = first[0] ** 2, second[0] ** 2
    error = math.sqrt(sum(variances))
    parts = variances[0] ** 2 / first[1] + variances[1] ** 2 / second[1]
    df = sum(variances) ** 2 / parts
    level = estimate["interval"]["level"]
    half = float(stats.t.ppf((1 + level) / 2, df)) * error
    return {
        "interval": {
            "low": difference - half,
            "high": difference + half,
            "level": level,
            "method": "welch_t",
            "generalizes_to": BOTH,
        },
        "p": float(2 * stats.t.sf(abs(difference) / error, df)),
    }


def _standard_error(estimate: Mapping[str, Any]) -> tuple[float, int] | None:
    """Error and degrees of freedom behind an interval; an end cut at 0 or 1 is not
    used."""
    ends, df, value = estimate["interval"], estimate["df"], estimate["value"]
    if ends is None or not df:
        return None
    half = max(ends["high"] - value, value - ends["low"])
    return half / float(stats.t.ppf((1 + ends["level"]) / 2, df)), df


def _holds(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool | None:
    ends = first["interval"]
    return (
        None if ends is None else bool(ends["low"] <= second["value"] <= ends["high"])
    )
