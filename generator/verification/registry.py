"""All checks, and running some of them."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from generator.errors import ConfigError
from generator.verification import (
    algebra,
    balance,
    bystander,
    goals,
    gradients,
    maps,
    measurements,
    memory,
    parameterizations,
    precision,
    repeatability,
)
from generator.verification.check import Check, Rule, run_rule
from generator.verification.subject import Subject

RULES: tuple[Rule, ...] = (
    *parameterizations.RULES,
    *algebra.RULES,
    *gradients.RULES,
    *repeatability.RULES,
    *bystander.RULES,
    *memory.RULES,
    *maps.RULES,
    *measurements.RULES,
    *goals.RULES,
    *balance.RULES,
    *precision.RULES,
)
"""In the order in which they run."""


def chosen_rules(ids: Sequence[str]) -> list[Rule]:
    """Those of the ids or families given; all, if none is.

    Raises:
        ConfigError: there is no such check.
    """
    families = {rule.id.partition(".")[0] for rule in RULES}
    known = families | {rule.id for rule in RULES}
    for wanted in ids:
        if wanted not in known:
            near = ", ".join(get_close_matches(wanted, sorted(known))) or "none"
            raise ConfigError(
                f"there is no check {wanted!r}; close names: {near}. All of them: "
                f"{', '.join(rule.id for rule in RULES)}."
            )
    return [
        rule
        for rule in RULES
        if not ids or rule.id in ids or rule.id.partition(".")[0] in ids
    ]


def run_checks(
    subject: Subject,
    rules: Sequence[Rule] = RULES,
    *,
    on_check: Callable[[Check], None] = lambda _: None,
) -> list[Check]:
    """Put rules to the test, one after the other.

    Args:
        on_check: told of each as soon as it is done.
    """
    checks = []
    for rule in rules:
        check = run_rule(rule, subject)
        on_check(check)
        checks.append(check)
    return checks
