"""From responses to the numbers of the primary fit, by rules known beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.intervals import FloatArray
from analysis.mixed.engine import MixedProblem
from analysis.mixed.errors import MixedFitError
from analysis.mixed.pattern import IntArray

INTERCEPT = "intercept"
PEOPLE, FEATURES, PAIRS = "participant_id", "feature_id", "query_pair_id"
FEATURE_CONDITION = "feature_id:condition"
PARTICIPANT_CONDITION = "participant_id:condition"
GAP = "activation_gap"
COVARIATES = (GAP, "block_index")


@dataclass(frozen=True, kw_only=True)
class DroppedTerm:
    """A term that left the fit, and the rule that said so."""

    term: str
    rule: str


@dataclass(frozen=True, kw_only=True)
class PrimaryDesign:
    """The primary fit's numbers and what they mean."""

    problem: MixedProblem
    conditions: tuple[str, ...]
    """The reference first."""

    strata: tuple[str, ...]
    """The reference first; empty where the stratum left the fit."""

    condition_of: IntArray
    """(N,) place in `conditions`."""

    stratum_of: IntArray
    """(N,) place in `strata`; 0 where there is none."""

    dropped: tuple[DroppedTerm, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """Everything that stayed, as written in the results."""
        return (*self.problem.fixed_names, *(f"(1 | {g})" for g in self.problem.groups))

    def coefficients_of(self, condition: str, stratum: str | None = None) -> FloatArray:
        """(C,) row: log-odds of a condition minus those of the reference.

        Args:
            stratum: where. None: in the reference stratum.
        """
        names = self.problem.fixed_names
        row = np.zeros(len(names))
        if condition != self.conditions[0]:
            row[names.index(f"condition[{condition}]")] = 1
            interaction = f"condition[{condition}]:stratum[{stratum}]"
            if interaction in names:
                row[names.index(interaction)] = 1
        return row

    def rows_as(self, condition: str, stratum: str | None = None) -> FloatArray:
        """(N, C) covariates with every response moved to a condition and stratum.

        Args:
            stratum: where to. None: each response stays in its own stratum.
        """
        k = np.full_like(self.condition_of, self.conditions.index(condition))
        s = self.stratum_of
        if stratum is not None and self.strata:
            s = np.full_like(s, self.strata.index(stratum))
        crossed = _condition_by_stratum(self.conditions, self.strata, k, s)
        fixed = self.problem.fixed.copy()
        for name, column in crossed.items():
            if name in self.problem.fixed_names:
                fixed[:, self.problem.fixed_names.index(name)] = column
        return fixed


def build_design(
    responses: pd.DataFrame,
    *,
    reference: str = "accentuation",
    stratum: str = "far",
    left_out: Sequence[str] = ("none",),
    covariates: Sequence[str] = COVARIATES,
) -> PrimaryDesign:
    """The primary fit of the analysed main responses.

    Args:
        responses: columns participant_id, feature_id, query_pair_id, condition,
            stratum, is_correct, activation_gap and block_index.
        reference: condition that the others are compared with.
        stratum: reference stratum; the first by name where the data lack it.
        left_out: conditions that show no panel and are analysed elsewhere.
        covariates: numeric columns beside condition and stratum, centred.

    Raises:
        MixedFitError: fewer than two conditions, people or features are left, or the
            reference condition is missing.

    Source: the crossed model follows Baayen, Davidson & Bates (2008), J. Mem. Lang. 59.
    """
    rows = responses.loc[~responses["condition"].isin(list(left_out))]
    _check(rows, reference)
    conditions = _levels(rows["condition"], reference)
    strata, dropped = _strata(rows, stratum)
    k = _place(rows["condition"], conditions)
    s = _place(rows["stratum"], strata) if strata else np.zeros_like(k)
    columns = {INTERCEPT: np.ones(len(rows))}
    for name, column in _condition_by_stratum(conditions, strata, k, s).items():
        if column.any():
            columns[name] = column
        else:
            dropped.append(DroppedTerm(term=name, rule="no response in this cell"))
    for name in covariates:
        column, rule = _covariate(rows[name], list(columns.values()))
        if rule:
            dropped.append(DroppedTerm(term=name, rule=rule))
        else:
            columns[name] = column
    groups, left = _groups(rows)
    problem = MixedProblem(
        response=rows["is_correct"].to_numpy(dtype=np.float64),
        fixed=np.column_stack(list(columns.values())),
        fixed_names=tuple(columns),
        groups=groups,
    )
    return PrimaryDesign(
        problem=problem,
        conditions=conditions,
        strata=strata,
        condition_of=k,
        stratum_of=s,
        dropped=(*dropped, *left),
    )


def _check(rows: pd.DataFrame, reference: str) -> None:
    n = {c: int(rows[c].nunique()) for c in (PEOPLE, FEATURES, "condition")}
    if few := [f"{count} of {name}" for name, count in n.items() if count < 2]:
        raise MixedFitError(
            f"the primary fit needs two or more people, features and conditions; "
            f"got {', '.join(few)}."
        )
    if reference not in set(rows["condition"]):
        raise MixedFitError(
            f"no response in the reference condition {reference!r}; there are "
            f"{', '.join(sorted(rows['condition'].unique()))}."
        )


def _levels(values: pd.Series, reference: str) -> tuple[str, ...]:
    return (reference, *sorted(set(values.unique()) - {reference}))


def _place(values: pd.Series, levels: Sequence[str]) -> IntArray:
    return pd.Categorical(values, categories=list(levels)).codes.astype(np.int64)


def _strata(
    rows: pd.DataFrame, reference: str
) -> tuple[tuple[str, ...], list[DroppedTerm]]:
    found = sorted(rows["stratum"].dropna().unique())
    if len(found) < 2:
        return (), [DroppedTerm(term="stratum", rule="one level only")]
    return _levels(rows["stratum"], reference if reference in found else found[0]), []


def _condition_by_stratum(
    conditions: Sequence[str], strata: Sequence[str], k: IntArray, s: IntArray
) -> dict[str, FloatArray]:
    """Treatment-coded columns of condition * stratum, without the intercept."""
    main = {f"condition[{c}]": (k == i) for i, c in enumerate(conditions) if i}
    where = {f"stratum[{t}]": (s == j) for j, t in enumerate(strata) if j}
    both = {f"{c}:{t}": a & b for c, a in main.items() for t, b in where.items()}
    return {n: c.astype(np.float64) for n, c in {**main, **where, **both}.items()}


def _covariate(values: pd.Series, before: list[FloatArray]) -> tuple[FloatArray, str]:
    """The column centred, the gap divided by its SD, or the rule that leaves it out."""
    column = pd.to_numeric(values, errors="coerce").to_numpy(
        np.float64, na_value=np.nan
    )
    if np.isnan(column).any():
        return column, "not known for every response"
    spread = float(column.std())
    if spread < 1e-12:
        return column, "the same for every response"
    centred = (column - column.mean()) / (spread if values.name == GAP else 1)
    known = np.column_stack(before)
    left = centred - known @ np.linalg.lstsq(known, centred)[0]
    if np.abs(left).max() < 1e-8 * max(1.0, np.abs(centred).max()):
        return column, "determined by the terms before it"
    return centred, ""


def _groups(
    rows: pd.DataFrame,
) -> tuple[dict[str, IntArray], list[DroppedTerm]]:
    condition, people, features = rows["condition"], rows[PEOPLE], rows[FEATURES]
    dropped = []
    groups = {PEOPLE: _codes(people), FEATURES: _codes(features)}
    by_feature = _codes(features, condition)
    if by_feature.max() > groups[FEATURES].max():
        groups[FEATURE_CONDITION] = by_feature
    else:
        rule = "each feature was shown in one condition only"
        dropped.append(DroppedTerm(term=FEATURE_CONDITION, rule=rule))
    by_person = _codes(people, condition)
    if by_person.max() == groups[PEOPLE].max():
        rule = "conditions are between participants"
        dropped.append(DroppedTerm(term=PARTICIPANT_CONDITION, rule=rule))
    elif len(rows) < 2 * (by_person.max() + 1):
        rule = "fewer than 2 responses per person and condition"
        dropped.append(DroppedTerm(term=PARTICIPANT_CONDITION, rule=rule))
    else:
        groups[PARTICIPANT_CONDITION] = by_person
    pairs = _codes(features, rows[PAIRS])
    if pairs.max() > groups[FEATURES].max():
        groups[PAIRS] = pairs
    else:
        dropped.append(DroppedTerm(term=PAIRS, rule="one query pair per feature"))
    return groups, dropped


def _codes(*columns: pd.Series) -> IntArray:
    """Codes from 0 without gaps of the combinations of columns, in sorted order."""
    combined: IntArray = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        codes, values = pd.factorize(column.astype(str), sort=True)
        combined = combined * len(values) + codes
    return pd.factorize(combined, sort=True)[0].astype(np.int64)
