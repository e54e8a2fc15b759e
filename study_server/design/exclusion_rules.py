"""What each exclusion rule says of one session, so that failures can be counted. Pure.

The server excludes nobody: `analysis/` does, by rules of its own. A table of cases that
both are tested with keeps the two from drifting apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from study_server.design.exclusions import DEFAULTS, ExclusionRule

ALL_BUT_ONE = -1
"""Value of min_correct: one of a session's catch trials may be wrong."""

ROUNDING = 1e-9
"""A share that only rounding keeps below its limit has reached it."""

Parameters = Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionFacts:
    """What the rules look at; counts are of stored answers, or of the plan."""

    outcome: str | None = None
    """How it ended."""

    instructions_ms: float | None = None
    total_ms: float | None = None
    """From consent to the end; None for a session that did not get there."""

    n_main_trials: int = 0
    """Planned."""

    n_main_responses: int = 0
    n_main_left: int = 0
    """Main answers for the option on the left, or the first."""

    n_catch_trials: int = 0
    """Planned."""

    n_catch_correct: int = 0
    data_use: bool | None = None
    """Whether we may use the data; None: not answered."""


def fails(rule: ExclusionRule, facts: SessionFacts) -> bool:
    """Whether the analysis would leave the session out by this rule alone."""
    return FAILS[rule.name](facts, {**DEFAULTS[rule.name], **rule.parameters})


def n_catch_needed(min_correct: float, n_catch_trials: int) -> float:
    """How many catch trials a session must get right."""
    return n_catch_trials - 1 if min_correct == ALL_BUT_ONE else min_correct


def _withdrawn(facts: SessionFacts, _: Parameters) -> bool:
    return facts.outcome == "withdrawn"


def _did_not_finish(facts: SessionFacts, parameters: Parameters) -> bool:
    needed = facts.n_main_trials * parameters["min_share"]
    return not facts.n_main_trials or facts.n_main_responses < needed - ROUNDING


def _instructions_too_fast(facts: SessionFacts, parameters: Parameters) -> bool:
    spent = facts.instructions_ms
    return spent is not None and spent < parameters["min_ms"]


def _catch(facts: SessionFacts, parameters: Parameters) -> bool:
    n_needed = n_catch_needed(parameters["min_correct"], facts.n_catch_trials)
    return facts.n_catch_trials > 0 and facts.n_catch_correct < n_needed


def _total_time(facts: SessionFacts, parameters: Parameters) -> bool:
    spent = facts.total_ms
    return spent is not None and not (
        parameters["min_ms"] <= spent <= parameters["max_ms"]
    )


def _rarer_side(facts: SessionFacts, parameters: Parameters) -> bool:
    if not facts.n_main_responses:
        return False
    left = facts.n_main_left / facts.n_main_responses
    return min(left, 1 - left) < parameters["min_share"] - ROUNDING


def _data_use(facts: SessionFacts, _: Parameters) -> bool:
    return facts.data_use is False


FAILS: Mapping[str, Callable[[SessionFacts, Parameters], bool]] = {
    "withdrawn": _withdrawn,
    "did_not_finish": _did_not_finish,
    "instructions_too_fast": _instructions_too_fast,
    "catch": _catch,
    "total_time": _total_time,
    "rarer_side": _rarer_side,
    "data_use": _data_use,
}
"""Rule name to what it says of a session."""
