"""One check put to the test on the toy network."""

from torch import nn

from generator.verification.check import Check, run_rule
from generator.verification.registry import RULES
from generator.verification.subject import subject_of
from tests.generator.toy_network import toy_network


def checked(id_: str, module: nn.Module | None = None) -> Check:
    """What becomes of the check of that id.

    Args:
        module: looked at instead of the toy.
    """
    (rule,) = (rule for rule in RULES if rule.id == id_)
    return run_rule(rule, subject_of(toy_network(module)))
