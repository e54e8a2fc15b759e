"""The confirmatory family: a reference against each of the other conditions."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ConfigError
from analysis.family import CONTRASTS, HEADLINE
from analysis.intervals import FloatArray
from analysis.mixed.contrasts import COLUMNS, Contrasts
from analysis.mixed.design import FEATURES, PEOPLE, PrimaryDesign, build_design
from analysis.mixed.fit import FitConfig, MixedFit, fit_mixed
from analysis.mixed.refits import bootstrap_p
from analysis.multiplicity import GATEKEEPING, HOLM, adjust_family

FIT_ID = "primary"
TOGETHER = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfirmatoryPlan:
    """What was decided before the data were seen."""

    reference: str = HEADLINE
    contrasts: tuple[str, ...] = CONTRASTS
    """Conditions the reference is compared with, in their order."""

    stratum: str | None = "far"
    """Stratum that the contrasts are about. None: all pairs together, and no stratum
    in the fit."""

    level: float = 0.95
    correction: str = HOLM
    """`holm`, or `gatekeeping`: the first contrast has the full alpha, and the others
    are Holm-adjusted and count only if it is significant."""

    n_refits: int = 0
    """Refits under the null for a parametric bootstrap p. 0: t only."""

    rng_seed: int = 0
    fit: FitConfig = field(default_factory=FitConfig)

    def __post_init__(self) -> None:
        if self.correction not in (HOLM, GATEKEEPING):
            raise ConfigError(
                f"correction must be {HOLM} or {GATEKEEPING}; got {self.correction!r}"
            )
        if not 0.5 <= self.level < 1:
            raise ConfigError(f"level must lie in [0.5, 1); got {self.level}")
        if self.n_refits < 0:
            raise ConfigError(f"n_refits must not be negative; got {self.n_refits}")


@dataclass(frozen=True, kw_only=True)
class Confirmatory:
    """The primary fit and its family of contrasts."""

    design: PrimaryDesign
    fit: MixedFit
    df: int
    """min(P, F) - 1."""

    contrasts: pd.DataFrame
    """One row per contrast and scale of averaging; see `contrast_table`."""


def analyse_confirmatory(
    responses: pd.DataFrame, plan: ConfirmatoryPlan | None = None
) -> Confirmatory:
    """Fit the primary model and test the planned contrasts.

    Args:
        responses: analysed main responses; see `build_design`.

    Raises:
        MixedFitError: there is nothing to fit; the message says what is missing.

    Source: Holm (1979), Scand. J. Stat. 6; Baayen, Davidson & Bates (2008).
    """
    plan = plan or ConfirmatoryPlan()
    rows = responses if plan.stratum else responses.assign(stratum=TOGETHER)
    stratum = plan.stratum or TOGETHER
    design = build_design(rows, reference=plan.reference, stratum=stratum)
    other = build_design(rows, reference=design.conditions[-1], stratum=stratum)
    fit = fit_mixed(design.problem, plan.fit, recoded=other.problem)
    df = min(int(design.problem.groups[g].max()) for g in (PEOPLE, FEATURES))
    table = family_table(design, fit, plan, df=df)
    return Confirmatory(design=design, fit=fit, df=df, contrasts=table)


def fit_facts(found: Confirmatory) -> dict[str, Any]:
    """What the results say of the primary fit, as plain values.

    Values and errors are NaN where the fit is not usable; an error of a standard
    deviation also where it is at its boundary or was held.
    """
    fit, n = found.fit, len(found.fit.fixed_names)
    errors = np.full(n + len(fit.random_names), np.nan)
    coefficients, deviations = fit.parameters
    if not fit.is_usable:
        coefficients = np.full(n, np.nan)
        deviations = np.full(len(fit.random_names), np.nan)
    if fit.covariance is not None:
        errors = np.sqrt(np.diag(fit.covariance.matrix))
    return {
        "id": FIT_ID,
        "status": fit.status,
        "reason": fit.reason,
        "engine": fit.engine,
        "second_engine": fit.second_engine,
        "covariance": fit.covariance.kind if fit.covariance else None,
        "log_likelihood": fit.log_likelihood if fit.is_usable else math.nan,
        "aic": fit.aic if fit.is_usable else math.nan,
        "n_responses": fit.n_responses,
        "df": found.df,
        "terms": list(found.design.terms),
        "dropped": [asdict(term) for term in found.design.dropped],
        "coefficients": _named(fit.fixed_names, coefficients, errors[:n]),
        "standard_deviations": _named(fit.random_names, deviations, errors[n:]),
        "warnings": list(fit.warnings),
    }


def _named(
    names: Sequence[str], values: FloatArray, errors: FloatArray
) -> dict[str, dict[str, float]]:
    return {
        name: {"value": float(value), "standard_error": float(error)}
        for name, value, error in zip(names, values, errors, strict=True)
    }


def family_table(
    design: PrimaryDesign, fit: MixedFit, plan: ConfirmatoryPlan, *, df: int
) -> pd.DataFrame:
    """Every planned contrast in log-odds, odds ratio and accuracy points.

    Args:
        df: degrees of freedom of t.

    Returns:
        One row per contrast in the planned stratum, then, where there are strata, one
        per contrast averaged over them with equal weight (stratum "average"). Columns:
        those of `contrasts.COLUMNS`, is_confirmatory, p_adjusted, p_bootstrap. Columns
        of inference are NaN unless the fit is usable.
    """
    others = [c for c in plan.contrasts if c in design.conditions[1:]]
    contrasts = Contrasts(design, fit, df=df, level=plan.level)
    rows = [contrasts.row(other) for other in others]
    if design.strata:
        rows += [contrasts.average_row(other) for other in others]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).assign(
        is_confirmatory=np.arange(len(rows)) < len(others),
        p_adjusted=np.nan,
        p_bootstrap=np.nan,
    )
    if plan.n_refits and fit.is_usable:
        rng = np.random.default_rng(plan.rng_seed)
        p = [
            bootstrap_p(design, fit, other, n_refits=plan.n_refits, rng=rng)
            for other in others
        ]
        table.loc[: len(others) - 1, "p_bootstrap"] = p
    used = "p_bootstrap" if plan.n_refits else "p"
    family = table["is_confirmatory"].to_numpy(dtype=bool)
    raw = table.loc[family, used].to_numpy(dtype=np.float64)
    table.loc[family, "p_adjusted"] = adjust_family(raw, plan.correction)
    return table
