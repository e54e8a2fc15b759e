"""The primary fit and the two-way bootstrap on a large study, beside lme4 on another.

    python -m tests.benchmarks.primary_fit
    python -m tests.benchmarks.primary_fit --participants 200 --lme4-participants 60

Draws 2,600 people with 50 of 100 features in 5 conditions, 2 strata and 3 pairs per
feature, fits all five random terms with errors, and draws 10,000 two-way resamples.
lme4 then gets a study of `--lme4-participants` people and 40 features, as our engine
does. Prints seconds, peak memory and the largest difference of an estimate; fails
beyond the limits. lme4: `apt-get install r-base-core r-cran-lme4`.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

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

FIT_LIMIT_S, BOOTSTRAP_LIMIT_S, MEMORY_LIMIT_GB, AGREEMENT = 60.0, 5.0, 2.0, 5e-3
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


def main() -> int:
    """Print what was measured; the exit code tells whether the limits held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--participants", type=int, default=2600)
    parser.add_argument("--lme4-participants", type=int, default=60)
    parser.add_argument("--rng-seed", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.rng_seed)
    plan = StudyPlan(
        n_participants=options.participants, n_features=100, n_conditions=5, n_trials=50
    )
    rows, design = drawn_study(plan, rng)
    before = time.process_time()
    fit, seconds = timed_fit(design.problem)
    busy = time.process_time() - before
    print(
        f"{len(rows):,} responses: {fit.status}, {seconds:.1f} s with errors "
        f"({busy:.1f} s of the processor)"
    )
    drawing = timed_bootstrap(rows, plan, rng)
    print(f"10,000 two-way resamples of all conditions: {drawing:.1f} s")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory: {memory:.2f} GB")
    holds = seconds < FIT_LIMIT_S and drawing < BOOTSTRAP_LIMIT_S
    holds = holds and fit.is_usable and memory < MEMORY_LIMIT_GB
    small = StudyPlan(
        n_participants=options.lme4_participants, n_features=40, n_conditions=4
    )
    beside = beside_lme4(drawn_study(small, rng)[1].problem)
    return 0 if holds and beside else 1


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


def beside_lme4(problem: MixedProblem) -> bool:
    """Both programs on one study; whether ours is as fast and says the same."""
    program = shutil.which("Rscript")
    if program is None:
        print("lme4: no Rscript; apt-get install r-base-core r-cran-lme4")
        return True
    fit, seconds = timed_fit(problem)
    theirs = lme4(problem, program)
    ours = np.concatenate([[fit.log_likelihood], *fit.parameters])
    gap = float(np.abs(theirs[1:] - ours)[1:].max())
    print(
        f"{len(problem.response):,} responses: ours {seconds:.1f} s, lme4 "
        f"{theirs[0]:.1f} s; log likelihood {ours[0]:.4f} and {theirs[1]:.4f}, "
        f"largest difference of an estimate {gap:.1e}"
    )
    return gap < AGREEMENT and seconds <= theirs[0]


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


if __name__ == "__main__":
    sys.exit(main())
