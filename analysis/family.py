"""Which conditions are compared with which: decided before any answer is looked at."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from analysis.crossed import CrossedCounts
from analysis.measures import ordered_conditions
from analysis.multiplicity import HOLM
from analysis.preregistration import Preregistration

HEADLINE: Final = "accentuation"
CONTRASTS: Final = ("seed_only", "attribution", "natural", "feature_visualization")
BASELINE: Final = "natural"
"""Reference of studies without accentuations, such as Borowski et al. (2021)."""

NO_PANEL: Final = "none"
FOILS: Final = ("accentuation_random_feature", "accentuation_random_weights")
ASIDE: Final = (NO_PANEL, *FOILS)
"""Conditions with analyses of their own: the base rate, and what must not help."""

BY_PREREGISTRATION: Final = "preregistration"
BY_DEFAULT: Final = "default"
BY_BASELINE: Final = "baseline"


class Family(NamedTuple):
    """The contrasts that share one error rate: a reference minus each other condition.

    A plan may name conditions that a study does not have; see `among`.
    """

    reference: str
    others: tuple[str, ...]
    beside: tuple[str, ...] = ()
    """Further conditions that a preregistration does not name: shown with the others,
    and always exploratory."""

    correction: str = HOLM
    """How p is adjusted in the family: `holm` or `gatekeeping`."""

    source: str = BY_DEFAULT
    """What decided: `preregistration`, `default` (accentuation against the four), or
    `baseline` (no accentuation: natural exemplars, or the first condition with a
    panel, against every other)."""

    def among(self, counts: CrossedCounts) -> list[tuple[str, str]]:
        """The contrasts whose two conditions both have answers, the family's first."""
        answers = zip(counts.conditions, counts.n_responses, strict=True)
        present = {condition for condition, n in answers if n.any()}
        if self.reference not in present:
            return []
        named = (*self.others, *self.beside)
        return [(self.reference, other) for other in named if other in present]

    def as_facts(self) -> dict[str, Any]:
        """What the results say of it."""
        return {
            "reference": self.reference,
            "others": list(self.others),
            "beside": list(self.beside),
            "correction": self.correction,
            "source": self.source,
        }


def choose_family(
    conditions: Sequence[str], plan: Preregistration | None = None
) -> Family:
    """The family that a preregistration names, else the one these conditions allow.

    Args:
        conditions: of the study's plan; answers play no part.
    """
    with_panel = [c for c in ordered_conditions(list(conditions)) if c not in ASIDE]
    if plan is not None:
        named = {plan.reference, *plan.contrasts}
        beside = tuple(c for c in with_panel if c not in named)
        return Family(
            plan.reference, plan.contrasts, beside, plan.correction, BY_PREREGISTRATION
        )
    if HEADLINE in with_panel or not with_panel:
        return Family(HEADLINE, CONTRASTS)
    reference = BASELINE if BASELINE in with_panel else with_panel[0]
    others = tuple(c for c in with_panel if c != reference)
    return Family(reference, others, source=BY_BASELINE)
