"""The primary fit and the two-way bootstrap of a drawn study, and lme4 on the same.

The study: 50 of 100 features for each person in 5 conditions, 2 strata and 3 pairs per
feature; all five random terms. Called by `tests.benchmarks.analysis_speed`.
lme4: `apt-get install r-base-core r-cran-lme4`.
"""

import shutil
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.bootstrap import bootstrap_two_way
from analysis.crossed import count_crossed
from analysis.intervals import FloatArray
from analysis.mixed.design import PrimaryDesign, build_design
from analysis.mixed.engine import MixedProblem
from analysis.mixed.fit import FitConfig, MixedFit, fit_mixed
from analysis.mixed.laplace import Parameters
from analysis.mixed.refits import draw_response
from analysis.power.components import (
    StudyPlan,
    VarianceComponents,
    condition_names,
    simulate_responses,
)

SDS = {
    "participant_id": 0.4,
    "feature_id": 0.6,
    "feature_id:condition": 0.5,
    "participant_id:condition": 0.2,
    "query_pair_id": 0.3,
}
R_SCRIPT = """
suppressMessages(library(lme4))
a <- commandArgs(TRUE)
d <- read.csv(a[1])
fixed <- grep("^x", names(d), value = TRUE)
groups <- grep("^g", names(d), value = TRUE)
f <- as.formula(paste("y ~ 0 +", paste(fixed, collapse = " + "), "+",
  paste0("(1 | ", groups, ")", collapse = " + ")))
t <- system.time(m <- glmer(f, d, binomial, control = glmerControl("bobyqa",
  calc.derivs = FALSE, optCtrl = list(maxfun = 1e5))))["elapsed"]
sds <- sapply(groups, function(g) attr(VarCorr(m)[[g]], "stddev"))
cat(t, logLik(m), fixef(m), sds, sep = "\\n")
"""


def drawn_study(
    plan: StudyPlan, rng: np.random.Generator
) -> tuple[pd.DataFrame, PrimaryDesign]:
    """A study with strata and pairs, its answers drawn from all five random terms."""
    rows = simulate_responses(plan, VarianceComponents(), rng)
    pair = (rows["participant_id"] // plan.n_conditions + rows["feature_id"]) % 6
    rows = rows.assign(
        stratum=np.where(pair % 2 == 0, "far", "near"),
        query_pair_id=rows["feature_id"].astype(str) + "-" + pair.astype(str),
        activation_gap=60 + 5 * ((rows["feature_id"] * 7 + pair) % 9),
        block_index=(rows.groupby("participant_id").cumcount() * 5)
        // plan.trials_per_person,
    )
    design = build_design(rows)
    coefficients = np.zeros(len(design.problem.fixed_names))
    coefficients[0] = 1.2
    sds = np.array([SDS[name] for name in design.problem.groups])
    response = draw_response(design.problem, Parameters(coefficients, sds), rng)
    problem = replace(design.problem, response=response)
    return rows.assign(is_correct=response == 1), replace(design, problem=problem)


def timed_fit(problem: MixedProblem) -> tuple[MixedFit, float]:
    """The fit with its errors, and its seconds."""
    start = time.perf_counter()
    fit = fit_mixed(problem, FitConfig(second_engine_up_to=0))
    return fit, time.perf_counter() - start


def timed_bootstrap(
    rows: pd.DataFrame, plan: StudyPlan, rng: np.random.Generator
) -> float:
    """Seconds of 10,000 resamples."""
    counts = count_crossed(rows, condition_names(plan.n_conditions))
    start = time.perf_counter()
    bootstrap_two_way(counts, n_resamples=10_000, rng=rng)
    return time.perf_counter() - start


class Beside(NamedTuple):
    """Our fit and lme4's of the same numbers."""

    n_responses: int
    our_seconds: float
    lme4_seconds: float
    largest_difference: float
    """Of a coefficient or standard deviation."""


def beside_lme4(n_participants: int, rng: np.random.Generator) -> Beside | None:
    """Both programs on one study of 40 features, 4 conditions; None without R."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    plan = StudyPlan(n_participants=n_participants, n_features=40, n_conditions=4)
    problem = drawn_study(plan, rng)[1].problem
    fit, seconds = timed_fit(problem)
    theirs = lme4(problem, program)
    gap = float(np.abs(theirs[2:] - np.concatenate(fit.parameters)).max())
    return Beside(len(problem.response), seconds, float(theirs[0]), gap)


def lme4(problem: MixedProblem, program: str) -> FloatArray:
    """Seconds, log likelihood, coefficients and standard deviations of lme4."""
    columns = {"y": problem.response}
    columns |= {f"x{k}": column for k, column in enumerate(problem.fixed.T)}
    groups = {f"g{k}": codes for k, codes in enumerate(problem.groups.values())}
    with tempfile.TemporaryDirectory() as folder:
        script, data = Path(folder, "fit.R"), Path(folder, "data.csv")
        script.write_text(R_SCRIPT)
        pd.DataFrame(columns | groups).to_csv(data, index=False)
        command = [program, str(script), str(data)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return np.array(answer.stdout.split(), dtype=np.float64)
