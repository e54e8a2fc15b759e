"""Power as lines of text, as a table file, and as a figure."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from analysis.power.components import StudyPlan, VarianceComponents
from analysis.power.error_rates import run_many, summarize
from analysis.power.precision import analytic_power, precision

HEADER = "    P     F     K  trials  detectable  interval ±  due to features"


def power_lines(table: pd.DataFrame, components: VarianceComponents) -> list[str]:
    """The table as aligned text, points in accuracy."""
    rows = [
        f"{row['n_participants']:5d} {row['n_features']:5d} {row['n_conditions']:5d} "
        f"{row['n_trials']:7d}  {100 * row['detectable_difference']:10.1f}  "
        f"{100 * row['half_width']:10.1f}  {100 * row['share_of_features']:13.0f} %"
        for row in table.to_dict("records")
    ]
    return [
        f"below {100 * components.base_accuracy:g} %, standard deviations "
        f"feature:condition {components.feature_condition:g}, "
        f"participant:condition {components.participant_condition:g}; 80 % power, "
        "two-sided .05",
        HEADER,
        *rows,
    ]


def simulated_lines(
    plans: Sequence[StudyPlan],
    components: VarianceComponents,
    *,
    n_runs: int,
    rng_seed: int,
    effect: float,
) -> Iterator[str]:
    """Power of the primary fit on simulated studies beside that of the formula."""
    for plan in plans:
        runs = run_many(
            plan, components, n_runs=n_runs, rng_seed=rng_seed, effect=effect
        )
        rates = summarize(list(runs)).to_dict("records")
        row = next(r for r in rates if r["method"] == "primary_fit")
        expected = analytic_power(precision(plan, components).standard_error, effect)
        yield (
            f"P {plan.n_participants}, F {plan.n_features}, K {plan.n_conditions}: "
            f"power {row['rate']:.3f} ± {row['standard_error']:.3f} over {n_runs} "
            f"studies, by formula {expected:.3f}"
        )


def write_power(folder: Path, table: pd.DataFrame) -> str:
    """Write power.csv and power.svg; returns what was written, as a line."""
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / "power.csv", index=False)
    with mpl.rc_context({"svg.hashsalt": "power"}):
        power_figure(table).savefig(folder / "power.svg", metadata={"Date": None})
    return f"{folder / 'power.csv'}, {folder / 'power.svg'}"


def power_figure(table: pd.DataFrame) -> Figure:
    """Smallest detectable difference by participants, one line per features."""
    figure = Figure(figsize=(5, 3.5), layout="constrained")
    axes = figure.add_subplot()
    styles = ["-", "--", ":", "-."]
    groups = table.groupby("n_features", sort=True)
    for k, (features, rows) in enumerate(groups):
        axes.plot(
            rows["n_participants"],
            100 * rows["detectable_difference"],
            styles[k % len(styles)],
            marker="o",
            label=f"{features} features",
        )
    axes.set_xlabel("participants")
    axes.set_ylabel("smallest detectable difference (points)")
    top = 100 * float(table["detectable_difference"].max())
    axes.set_ylim(0, 1.1 * top if math.isfinite(top) else None)
    axes.legend(frameon=False)
    return figure
