"""Each exclusion rule as a pure function from evidence to the sessions it removes."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

Parameters = Mapping[str, float]

ALL_BUT_ONE = -1
"""Value of min_correct: each session may get one of its catch trials wrong."""


class Evidence(NamedTuple):
    """What a rule may see."""

    participants: pd.DataFrame
    """One row per session, with n_catch_trials of its plan."""

    responses: pd.DataFrame
    """One row per response; is_correct is missing except in catch trials."""


def _sessions(
    participants: pd.DataFrame, is_removed: "pd.Series[bool]"
) -> frozenset[str]:
    is_hit = is_removed.fillna(value=False).astype(bool)
    return frozenset(participants.loc[is_hit, "session_id"])


def no_consent(evidence: Evidence, _: Parameters) -> frozenset[str]:
    """Declined, or left at the page that asks for it.

    Imported sessions have no time of consent, but are past that page.
    """
    people = evidence.participants
    has_left = people["consented_at"].isna() & (people["stage"] == "consent")
    return _sessions(people, (people["outcome"] == "no_consent") | has_left)


def withdrawn(evidence: Evidence, _: Parameters) -> frozenset[str]:
    """Withdrew consent; counted from the session alone."""
    people = evidence.participants
    return _sessions(people, people["outcome"] == "withdrawn")


def screened_out(evidence: Evidence, _: Parameters) -> frozenset[str]:
    """Did not pass device check, comprehension or practice."""
    people = evidence.participants
    return _sessions(people, people["outcome"] == "screened_out")


def took_part_before(evidence: Evidence, _: Parameters) -> frozenset[str]:
    """Every sitting of a participant but the first that was consented to."""
    people = evidence.participants.sort_values(
        ["consented_at", "session_id"], kind="stable"
    )
    return _sessions(people, people["participant_id"].duplicated())


def did_not_finish(evidence: Evidence, parameters: Parameters) -> frozenset[str]:
    """Answered less than min_share of the planned main trials."""
    people = evidence.participants
    needed = people["n_main_trials"].fillna(0) * parameters["min_share"]
    answered = people["n_main_responses"].fillna(0)
    unfinished = (answered < needed - 1e-9) | (people["n_main_trials"].fillna(0) == 0)
    return _sessions(people, unfinished)


def technical(evidence: Evidence, parameters: Parameters) -> frozenset[str]:
    """More than max_share of the main answers had several onsets or a hidden page."""
    main = evidence.responses.loc[evidence.responses["trial_kind"] == "main"]
    flagged = ((main["n_onsets"] > 1) | (main["hidden_ms"] > 0)).fillna(value=False)
    share = flagged.astype(float).groupby(main["session_id"]).mean()
    return frozenset(share.index[share > parameters["max_share"]])


def instructions_too_fast(evidence: Evidence, parameters: Parameters) -> frozenset[str]:
    """Spent less than min_ms on the instructions; an unknown time removes nobody."""
    people = evidence.participants
    return _sessions(people, people["instructions_ms"] < parameters["min_ms"])


def catch(evidence: Evidence, parameters: Parameters) -> frozenset[str]:
    """Fewer than min_correct catch trials right; no catch trial, no rule.

    An unanswered catch trial is not right. ALL_BUT_ONE: one may be wrong.
    """
    people = evidence.participants
    answers = evidence.responses.loc[evidence.responses["trial_kind"] == "catch"]
    right = answers["is_correct"].astype("Int64").groupby(answers["session_id"]).sum()
    n_right = people["session_id"].map(right).fillna(0).astype("int64")
    n_needed = people["n_catch_trials"] - 1
    if parameters["min_correct"] != ALL_BUT_ONE:
        n_needed = n_needed * 0 + parameters["min_correct"]
    return _sessions(people, (people["n_catch_trials"] > 0) & (n_right < n_needed))


def total_time(evidence: Evidence, parameters: Parameters) -> frozenset[str]:
    """From consent to the end in less than min_ms or more than max_ms."""
    people = evidence.participants
    spent = people["completed_at"] - people["consented_at"]
    spent_ms = spent.dt.total_seconds() * 1000
    too_fast = spent_ms < parameters["min_ms"]
    too_slow = spent_ms > parameters["max_ms"]
    return _sessions(people, too_fast | too_slow)


def rarer_side(evidence: Evidence, parameters: Parameters) -> frozenset[str]:
    """Chose the rarer side in less than min_share of the main answers."""
    main = evidence.responses.loc[evidence.responses["trial_kind"] == "main"]
    left = (main["choice"] == "left").groupby(main["session_id"]).mean()
    rarer = pd.Series(np.minimum(left, 1 - left), index=left.index)
    return frozenset(rarer.index[rarer < parameters["min_share"] - 1e-9])


def data_use(evidence: Evidence, _: Parameters) -> frozenset[str]:
    """Asked us not to use the data; no answer removes nobody."""
    people = evidence.participants
    return _sessions(people, people["data_use"].eq(other=False))


def no_main_response(evidence: Evidence, _: Parameters) -> frozenset[str]:
    """Gave no main answer, so there is nothing to analyse."""
    people = evidence.participants
    main = evidence.responses.loc[evidence.responses["trial_kind"] == "main"]
    return _sessions(people, ~people["session_id"].isin(main["session_id"].unique()))


class RuleSpec(NamedTuple):
    """A rule, its name for people, and the values of parameters left out."""

    function: Callable[[Evidence, Parameters], frozenset[str]]
    label: str
    defaults: Parameters = MappingProxyType({})


RULES: Mapping[str, RuleSpec] = {
    "no_consent": RuleSpec(no_consent, "did not consent"),
    "withdrawn": RuleSpec(withdrawn, "withdrew"),
    "took_part_before": RuleSpec(took_part_before, "took part before"),
    "did_not_finish": RuleSpec(did_not_finish, "did not finish", {"min_share": 1.0}),
    "screened_out": RuleSpec(screened_out, "did not pass the practice"),
    "technical": RuleSpec(technical, "technical trouble", {"max_share": 0.1}),
    "instructions_too_fast": RuleSpec(
        instructions_too_fast, "instructions too fast", {"min_ms": 20_000}
    ),
    "catch": RuleSpec(catch, "failed the catch trials", {"min_correct": ALL_BUT_ONE}),
    "total_time": RuleSpec(
        total_time,
        "took too short or too long",
        {"min_ms": 0, "max_ms": float("inf")},
    ),
    "rarer_side": RuleSpec(rarer_side, "kept to one side", {"min_share": 5 / 45}),
    "data_use": RuleSpec(data_use, "asked us not to use the data"),
    "no_main_response": RuleSpec(no_main_response, "gave no main answer"),
}
"""Name -> rule. The names stand in study definitions."""
