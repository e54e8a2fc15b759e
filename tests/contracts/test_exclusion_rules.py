"""The server stores exclusion rules by name; the analysis knows each of them."""

import pytest

from analysis.exclusion_rules import RULES as KNOWN_TO_ANALYSIS
from study_server.design.exclusions import RULES as OFFERED_BY_SERVER


@pytest.mark.parametrize("name", OFFERED_BY_SERVER)
def test_the_analysis_knows_the_rule_and_its_parameters(name: str) -> None:
    assert name in KNOWN_TO_ANALYSIS
    assert set(KNOWN_TO_ANALYSIS[name].defaults) == OFFERED_BY_SERVER[name]
