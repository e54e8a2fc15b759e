"""Does a picture end where it was asked to?"""

from generator.accentuation import accentuate
from generator.goals.budget import BUDGET_TOLERANCE
from generator.verification.check import Bound, Measured, Rule
from generator.verification.subject import Subject

_DISTANCE = 0.02
"""Root mean squared change of the pixels: reached by any network in few steps."""

_STEPS = 40


def _budget(subject: Subject) -> Measured:
    config = subject.config(distance_budget=f"pixel_rmse={_DISTANCE}", steps=_STEPS)
    (made,) = accentuate(subject.network, subject.jobs(1), config)
    budget = made.budget
    if budget is None:
        raise RuntimeError("the search kept no record of its budget")
    rmse = float(made.change.square().mean().sqrt())
    return Measured(
        value=abs(rmse / _DISTANCE - 1),
        detail=f"pixel RMSE of the saved picture {rmse:.4g}, asked for {_DISTANCE:g}, "
        f"{_STEPS} steps; flag: {budget.flag or 'none'}",
    )


RULES = (
    Rule(
        id="budget",
        target="Q2",
        sentence="The distance of the saved picture is off the budget by a fraction "
        "of value.",
        bound=Bound(high=BUDGET_TOLERANCE),
        measure=_budget,
    ),
)
