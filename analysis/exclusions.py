"""Who is left out: ordered named rules, and the flow they make.

A rule sees neither conditions nor whether a main answer was right: `blinded` removes
both before any rule runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import pandas as pd

from analysis.errors import AnalysisError, ConfigError
from analysis.exclusion_rules import RULES, Evidence

_VISIBLE = (
    "session_id",
    "trial_id",
    "trial_kind",
    "choice",
    "is_correct",
    "rt_ms",
    "n_onsets",
    "hidden_ms",
    "is_late",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExclusionRule:
    """One step of the flow."""

    name: str
    """A key of `RULES`."""

    parameters: Mapping[str, float] = field(default_factory=dict)
    """Its limits, by the names in `RULES`; those left out have their defaults."""

    is_always: bool = False
    """Whether it applies although the study definition does not list it."""

    def __post_init__(self) -> None:
        if self.name not in RULES:
            near = ", ".join(get_close_matches(self.name, RULES)) or "none"
            raise ConfigError(
                f"there is no exclusion rule {self.name!r}; close names: {near}; "
                f"all: {', '.join(RULES)}."
            )
        known = RULES[self.name].defaults
        if unknown := sorted(set(self.parameters) - set(known)):
            raise ConfigError(
                f"exclusion rule {self.name!r} has no parameter {unknown[0]!r}; it "
                f"takes: {', '.join(known) or 'none'}."
            )
        for name, value in self.parameters.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ConfigError(
                    f"exclusion rule {self.name!r}: {name} must be a number; "
                    f"got {value!r}."
                )

    @property
    def label(self) -> str:
        """Its name for people."""
        return RULES[self.name].label

    @property
    def limits(self) -> dict[str, float]:
        """Its parameters, defaults filled in."""
        return {**RULES[self.name].defaults, **self.parameters}

    def sessions_removed(self, evidence: Evidence) -> frozenset[str]:
        """The sessions it would remove by itself."""
        return RULES[self.name].function(evidence, self.limits)


def rules_of_definition(definition: Mapping[str, Any]) -> list[ExclusionRule]:
    """The study's own rules in order, between those that always apply.

    Args:
        definition: the study definition; `exclusions` is a list of objects with
            a `name` and its parameters.

    Raises:
        ConfigError: an unknown rule, an unknown or missing parameter, a rule twice.
    """
    listed = definition.get("exclusions") or []
    if not isinstance(listed, list) or not all(isinstance(x, dict) for x in listed):
        raise ConfigError(
            "exclusions of the study definition must be a list of objects like "
            f'{{"name": "catch", "min_correct": 7}}; got {listed!r}'
        )
    own = [
        ExclusionRule(
            name=str(entry.get("name")),
            parameters={k: v for k, v in entry.items() if k != "name"},
        )
        for entry in listed
    ]
    names = [rule.name for rule in own]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ConfigError(f"exclusion rule {twice[0]!r} is listed more than once")
    before = [n for n in ("no_consent", "withdrawn") if n not in names]
    after = [n for n in ("data_use", "no_main_response") if n not in names]
    return [
        *(ExclusionRule(name=name, is_always=True) for name in before),
        *own,
        *(ExclusionRule(name=name, is_always=True) for name in after),
    ]


def blinded(participants: pd.DataFrame, trials: pd.DataFrame) -> Evidence:
    """What a rule may see: no condition, no feature, no truth about main trials.

    Args:
        participants: one row per session.
        trials: planned trials joined with their answers.
    """
    responses = trials.loc[
        trials["is_answered"],
        list(_VISIBLE),
    ].copy()
    responses.loc[responses["trial_kind"] != "catch", "is_correct"] = pd.NA
    catch = trials.loc[trials["trial_kind"] == "catch", "session_id"].value_counts()
    sessions = participants.copy()
    n_catch = sessions["session_id"].map(catch).fillna(0).astype("int64")
    sessions["n_catch_trials"] = n_catch
    return Evidence(sessions, responses)


@dataclass(frozen=True, kw_only=True)
class ExclusionFlow:
    """Who was removed by which rule."""

    rules: tuple[ExclusionRule, ...]
    """In the order they were applied."""

    removed: Mapping[str, str]
    """session_id -> the first rule that removed it."""

    table: pd.DataFrame
    """One row per rule: n_removed (in order), n_alone, n_unique, n_left."""

    by_list: pd.DataFrame
    """One row per list_index: n_assigned, n_excluded, n_analysed."""


def apply_rules(evidence: Evidence, rules: Sequence[ExclusionRule]) -> ExclusionFlow:
    """Apply the rules in order and count what each did, would do and did alone.

    Raises:
        AnalysisError: assigned differs from excluded plus analysed somewhere.
    """
    hits = {rule.name: rule.sessions_removed(evidence) for rule in rules}
    sessions = list(evidence.participants["session_id"])
    removed: dict[str, str] = {}
    rows = []
    for rule in rules:
        others = set[str]().union(*(hits[r.name] for r in rules if r != rule))
        here = [s for s in sessions if s in hits[rule.name] and s not in removed]
        removed |= dict.fromkeys(here, rule.name)
        rows.append(
            {
                "rule": rule.name,
                "n_removed": len(here),
                "n_alone": len(hits[rule.name]),
                "n_unique": len(hits[rule.name] - others),
                "n_left": len(sessions) - len(removed),
            }
        )
    return ExclusionFlow(
        rules=tuple(rules),
        removed=removed,
        table=pd.DataFrame(
            rows, columns=["rule", "n_removed", "n_alone", "n_unique", "n_left"]
        ),
        by_list=_count_by_list(evidence.participants, removed),
    )


def _count_by_list(
    participants: pd.DataFrame, removed: Mapping[str, str]
) -> pd.DataFrame:
    """Sessions per list; every session must be either excluded or analysed."""
    is_excluded = participants["session_id"].isin(list(removed))
    table = (
        pd.DataFrame(
            {
                "list_index": participants["list_index"],
                "n_assigned": 1,
                "n_excluded": is_excluded.astype(int),
                "n_analysed": (~is_excluded).astype(int),
            }
        )
        .groupby("list_index", dropna=False, as_index=False)
        .sum()
    )
    wrong = table["n_assigned"] != table["n_excluded"] + table["n_analysed"]
    if wrong.any() or table["n_assigned"].sum() != len(participants):
        raise AnalysisError(
            "the participant flow does not add up: assigned must equal excluded plus "
            f"analysed in every list; got {table.to_dict('records')}"
        )
    return table
