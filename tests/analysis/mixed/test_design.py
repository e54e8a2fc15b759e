"""Terms, reference levels, and the rules by which a term leaves (3.1)."""

from typing import Any

import numpy as np
import pytest

from analysis.mixed.design import build_design
from analysis.mixed.errors import MixedFitError
from tests.analysis.mixed.problems import drawn_responses

RANDOM = [
    "participant_id",
    "feature_id",
    "feature_id:condition",
    "participant_id:condition",
    "query_pair_id",
]


def rules(**changes: Any) -> dict[str, str]:
    design = build_design(drawn_responses().assign(**changes))
    return {term.term: term.rule for term in design.dropped}


def test_all_terms_stand_in_the_fit() -> None:
    design = build_design(drawn_responses())

    assert list(design.problem.groups) == RANDOM
    assert design.dropped == ()
    assert design.problem.fixed_names[-2:] == ("activation_gap", "block_index")


def test_reference_levels_are_asserted_not_alphabetical() -> None:
    design = build_design(drawn_responses(), reference="other_2", stratum="near")

    assert design.conditions[0] == "other_2"
    assert design.strata == ("near", "far")
    assert "condition[other_2]" not in design.problem.fixed_names
    first = design.problem.fixed[:, 0]
    assert (first == 1).all()


def test_the_gap_is_standardized_and_the_block_centred() -> None:
    design = build_design(drawn_responses())
    gap, block = design.problem.fixed[:, -2], design.problem.fixed[:, -1]

    assert (gap.mean(), gap.std()) == pytest.approx((0, 1), abs=1e-12)
    assert block.mean() == pytest.approx(0, abs=1e-12)
    assert np.ptp(block) == 3


@pytest.mark.parametrize(
    ("changes", "term"),
    [
        ({"stratum": "far"}, "stratum"),
        ({"activation_gap": 5.0}, "activation_gap"),
        ({"activation_gap": np.nan}, "activation_gap"),
        ({"block_index": 1}, "block_index"),
    ],
)
def test_a_term_leaves_by_a_rule_known_beforehand(
    changes: dict[str, Any], term: str
) -> None:
    assert term in rules(**changes)


def test_one_pair_per_feature_leaves_no_pairs() -> None:
    rows = drawn_responses()

    design = build_design(rows.assign(query_pair_id=rows["feature_id"]))

    assert [(t.term, t.rule) for t in design.dropped] == [
        ("query_pair_id", "one query pair per feature")
    ]


def test_conditions_between_people_leave_no_person_by_condition() -> None:
    rows = drawn_responses()
    rows["condition"] = np.array(["accentuation", "natural"])[
        rows["participant_id"] % 2
    ]

    design = build_design(rows)

    assert design.dropped[0].term == "participant_id:condition"


def test_people_who_saw_no_panel_enter_another_analysis() -> None:
    rows = drawn_responses()
    rows["condition"] = rows["condition"].replace("other_3", "none")

    design = build_design(rows)

    assert "none" not in design.conditions
    assert len(design.problem.response) < len(rows)


@pytest.mark.parametrize("column", ["participant_id", "feature_id", "condition"])
def test_nothing_is_fitted_to_one_of_anything(column: str) -> None:
    rows = drawn_responses()
    one = rows.loc[rows[column] == rows[column].iloc[0]]

    with pytest.raises(MixedFitError, match=column):
        build_design(one)


def test_a_missing_reference_is_named() -> None:
    with pytest.raises(MixedFitError, match=r"'natural'.*accentuation, other_1"):
        build_design(drawn_responses(), reference="natural")
