"""Fits with known answers: published data, and small drawn studies."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.mixed.design import build_design
from analysis.mixed.engine import MixedProblem
from analysis.power.components import StudyPlan, VarianceComponents, simulate_responses


def codes(values: npt.ArrayLike) -> npt.NDArray[np.int64]:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def published_case(folder: Path, case_id: str) -> dict[str, Any]:
    content = json.loads((folder / "reference_cases.json").read_text())
    cases = content["groups"]["mixed_logistic_regressions"]["cases"]
    found: dict[str, Any] = next(case for case in cases if case["id"] == case_id)
    return found


def published_problem(folder: Path, case_id: str) -> MixedProblem:
    """The data of a published case, columns in the order of its coefficients."""
    if case_id.startswith("cbpp"):
        return _cbpp(folder, with_row=case_id.endswith("observation"))
    return _verbal_aggression(folder, with_item=case_id.endswith("item"))


def _cbpp(folder: Path, *, with_row: bool) -> MixedProblem:
    table = pd.read_csv(folder / "cbpp.csv")
    size = table["size"].to_numpy(dtype=np.int64)
    incidence = table["incidence"].to_numpy(dtype=np.int64)
    row = np.repeat(np.arange(len(table)), size)
    within = np.concatenate([np.arange(n) for n in size])
    period = table["period"].to_numpy()[row]
    columns = {"intercept": np.ones(len(row))}
    columns |= {f"period_{k}": (period == k).astype(float) for k in (2, 3, 4)}
    groups = {"herd": codes(table["herd"].to_numpy()[row])}
    if with_row:
        groups["row"] = codes(row)
    return MixedProblem(
        response=(within < incidence[row]).astype(float),
        fixed=np.column_stack(list(columns.values())),
        fixed_names=tuple(columns),
        groups=groups,
    )


def _verbal_aggression(folder: Path, *, with_item: bool) -> MixedProblem:
    table = pd.read_csv(folder / "VerbAgg.csv")
    columns = {
        "intercept": np.ones(len(table)),
        "anger": table["Anger"].to_numpy(dtype=float),
        "gender_m": (table["Gender"] == "M").to_numpy(dtype=float),
    }
    groups = {"id": codes(table["id"])}
    if with_item:
        columns |= {
            "btype_scold": (table["btype"] == "scold").to_numpy(dtype=float),
            "btype_shout": (table["btype"] == "shout").to_numpy(dtype=float),
            "situ_self": (table["situ"] == "self").to_numpy(dtype=float),
        }
        groups["item"] = codes(table["item"])
    return MixedProblem(
        response=np.where(table["r2"] == "Y", 1.0, 0.0),
        fixed=np.column_stack(list(columns.values())),
        fixed_names=tuple(columns),
        groups=groups,
    )


def drawn_responses(
    *, n_participants: int = 24, n_features: int = 12, rng_seed: int = 3
) -> pd.DataFrame:
    """A small study with two pairs per feature and two strata."""
    plan = StudyPlan(n_participants=n_participants, n_features=n_features)
    rng = np.random.default_rng(rng_seed)
    rows = simulate_responses(plan, VarianceComponents(), rng)
    side = (rows["participant_id"] // 4 + rows["feature_id"]) % 2
    pair = rows["feature_id"].astype(str) + "-" + side.astype(str)
    return rows.assign(
        stratum=np.where(side == 0, "far", "near"),
        query_pair_id=pair,
        activation_gap=rng.normal(60, 10, len(rows)),
        block_index=rng.integers(0, 4, len(rows)),
    )


def drawn_problem() -> MixedProblem:
    return build_design(drawn_responses()).problem
