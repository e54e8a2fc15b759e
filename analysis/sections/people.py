"""Who took part, for how long, and what an hour was paid; descriptive."""

from typing import Any

import pandas as pd

from analysis.analysed import Analysed

N_QUANTILES = (0.25, 0.5, 0.75)


def compute(study: Analysed) -> dict[str, Any]:
    """Durations, difficulty and languages of the analysed sessions, and pay.

    Pay uses every session that finished: who is excluded from the analysis was paid.

    Returns:
        minutes (quartiles from consent to end), difficulty and languages (value ->
        sessions), n_strategies (free texts written), pay (per hour, None if unknown).
    """
    everyone = study.export.participants
    kept = everyone.loc[everyone["session_id"].isin(study.responses["session_id"])]
    minutes = _minutes(kept)
    return {
        "minutes": [float(q) for q in minutes.quantile(list(N_QUANTILES))]
        if len(minutes)
        else [],
        "difficulty": _counts(kept["difficulty"]),
        "languages": _counts(kept["language"]),
        "n_strategies": int(kept["strategy"].notna().sum()),
        "pay": _pay(study, _minutes(everyone)),
    }


def _minutes(participants: pd.DataFrame) -> "pd.Series[float]":
    spent = participants["completed_at"] - participants["consented_at"]
    return pd.to_timedelta(spent).dt.total_seconds().dropna() / 60


def _counts(values: "pd.Series[Any]") -> list[dict[str, Any]]:
    counts = values.dropna().value_counts().sort_index()
    return [{"value": str(v), "n_sessions": int(n)} for v, n in counts.items()]


def _pay(study: Analysed, minutes: "pd.Series[float]") -> dict[str, Any] | None:
    recruitment = study.export.definition.get("recruitment")
    if not isinstance(recruitment, dict) or not len(minutes):
        return None
    reward = recruitment.get("reward")
    if isinstance(reward, bool) or not isinstance(reward, int | float):
        return None
    median = float(minutes.median())
    return {
        "reward": float(reward),
        "currency": recruitment.get("currency"),
        "median_minutes": median,
        "per_hour": float(reward) / median * 60 if median else None,
    }
