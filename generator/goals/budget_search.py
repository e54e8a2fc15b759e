"""Steers a search to a distance budget, and picks the iterate that keeps it."""

from collections import deque
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from generator.config import AccentuationConfig
from generator.goals.budget import DistanceBudget
from generator.goals.controller import IDLE_BELOW, Controller
from generator.goals.meters import Meter, meter_for
from generator.goals.straddle import Nearest, bisect, choose, nearer
from generator.parameterization import Parameterization
from generator.photographs import quantize
from generator.search.optimize import Iterate
from generator.search.preparation import Prepared

_KEPT = 16
"""Iterates looked back at; before them comes the start."""

_PRECISION = 0.01
"""Share of the budget at which a bisection stops."""

BudgetFlag = Literal["budget_not_binding", "budget_not_reached"]
"""`budget_not_binding`: the picture stays nearer although almost nothing holds it back.
`budget_not_reached`: no point found within five percent; more steps may find one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetFacts:
    """What became of one job's distance budget."""

    asked: DistanceBudget

    distance: float
    """Of the saved picture, in the budget's unit; latent ones over 64 fixed draws."""

    multiplier: float
    """μ at the end: the pull was this many times the configured one."""

    flag: BudgetFlag | None
    """None: the budget is met."""


class BudgetSearch:
    """Watches the iterates of J jobs and sets their pull."""

    def __init__(
        self,
        budget: DistanceBudget,
        *,
        factors: Tensor,
        parameterization: Parameterization,
        on_the_way: Meter,
        at_the_end: Meter,
    ) -> None:
        """Start with the configured pull.

        Args:
            factors: (J, K) weight times balance of each penalty.
            on_the_way: a quick measure, for steering.
            at_the_end: the measure that counts.
        """
        self._budget = budget
        self._factors = factors
        self._parameterization = parameterization
        self._on_the_way = on_the_way
        self._at_the_end = at_the_end
        self._controller = Controller.start(budget.distance, like=factors)
        self._start: Tensor | None = None
        self._last: deque[Tensor] = deque(maxlen=_KEPT)

    def on_iterate(self, here: Iterate) -> bool:
        """Measure the iterate and move the multiplier; never ends the search."""
        if self._start is None:
            self._start = here.parameters
        else:
            self._last.append(here.parameters)
        self._controller.update(self._on_the_way.measure(self._saved(here.parameters)))
        return False

    def pull_back(self, distances: Tensor) -> Tensor:
        """(J, K) factor of each penalty's gradient in this step."""
        return self._factors * self._controller.multiplier[:, None]

    def chosen(self) -> Nearest:
        """For each job the last iterate within five percent of the budget.

        If there is none, the point between the last two neighbours on either side of
        the budget; if all are on one side, the nearest.
        """
        wanted = torch.full_like(self._factors[:, 0], self._budget.distance)
        path = [*self._last][::-1]
        after = Nearest(parameters=path[0], value=self._measure(path[0]))
        best, is_open = after, ~self._is_met(after.value)
        for parameters in [*path[1:], self._beginning()]:
            if not is_open.any():
                break
            before = Nearest(parameters=parameters, value=self._measure(parameters))
            found = self._between(before, after, wanted)
            best = choose(is_open, nearer(best, found, wanted), best)
            is_open = is_open & ~self._is_met(best.value)
            after = before
        return best

    def facts(self, chosen: Nearest) -> list[BudgetFacts]:
        """What to report of each job."""
        return [
            BudgetFacts(
                asked=self._budget,
                distance=float(distance),
                multiplier=float(multiplier),
                flag=self._flag(float(distance), float(multiplier)),
            )
            for distance, multiplier in zip(
                chosen.value, self._controller.multiplier, strict=True
            )
        ]

    def _flag(self, distance: float, multiplier: float) -> BudgetFlag | None:
        if self._budget.is_met_by(distance):
            return None
        is_short = distance < self._budget.distance
        if is_short and multiplier < IDLE_BELOW:
            return "budget_not_binding"
        return "budget_not_reached"

    def _between(self, before: Nearest, after: Nearest, wanted: Tensor) -> Nearest:
        """The earlier of two neighbours, or the point between them that keeps it."""
        straddles = (before.value - wanted) * (after.value - wanted) < 0
        bisected = straddles & ~self._is_met(before.value)
        if not bisected.any():
            return before
        rises = before.value < after.value
        found = bisect(
            self._measure,
            choose(rises, before, after).parameters,
            choose(rises, after, before).parameters,
            wanted,
            tolerance=_PRECISION * wanted,
        )
        return choose(bisected, found, before)

    def _is_met(self, distance: Tensor) -> Tensor:
        met = [self._budget.is_met_by(float(value)) for value in distance]
        return torch.tensor(met, device=distance.device)

    def _measure(self, parameters: Tensor) -> Tensor:
        return self._at_the_end.measure(self._saved(parameters))

    def _saved(self, parameters: Tensor) -> Tensor:
        with torch.no_grad():
            return quantize(self._parameterization.to_image(parameters))

    def _beginning(self) -> Tensor:
        if self._start is None:
            raise RuntimeError("the search has not begun")
        return self._start


def budget_search(
    prepared: Prepared, config: AccentuationConfig, factors: Tensor
) -> BudgetSearch | None:
    """The search that keeps the config's budget; None when it has none.

    Args:
        factors: (J, K) weight times balance of each penalty.
    """
    budget = config.budget
    if budget is None:
        return None
    on_the_way, at_the_end = (
        meter_for(
            budget.kind, prepared.problem, layer=prepared.layer, at_the_end=is_end
        )
        for is_end in (False, True)
    )
    return BudgetSearch(
        budget,
        factors=factors,
        parameterization=prepared.problem.parameterization,
        on_the_way=on_the_way,
        at_the_end=at_the_end,
    )
