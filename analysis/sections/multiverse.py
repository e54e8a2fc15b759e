"""The planned contrasts under every subset of the optional exclusion rules."""

from itertools import combinations
from typing import Any

import numpy as np

from analysis.analysed import Analysed
from analysis.crossed import CrossedCounts, count_crossed
from analysis.estimates import TWO_WAY_ROBUST
from analysis.exclusions import blinded
from analysis.hypotheses import two_way_robust_difference
from analysis.intervals import BOTH, Interval, student_t
from analysis.sections.multiverse_fits import fits_without_rules

MAX_RULES = 8
"""More optional rules than this are too many subsets to read."""


def compute(study: Analysed) -> dict[str, Any]:
    """Each contrast under each subset of rules; rules that always apply stay.

    Returns:
        rules (optional ones), rows (rules used, contrast, value, interval, p, whether
        it is the set of the study), fits (see `fits_without_rules`), reason where
        there is nothing to vary.
    """
    optional = [rule for rule in study.flow.rules if not rule.is_always]
    names = [rule.name for rule in optional]
    if not optional or len(optional) > MAX_RULES:
        reason = (
            "The study names no exclusion rule, so there is nothing to vary."
            if not optional
            else f"{len(optional)} rules have too many subsets to show."
        )
        return {"rules": names, "rows": [], "fits": [], "reason": reason}
    evidence = blinded(study.export.participants, study.export.trials)
    removed = {rule.name: rule.sessions_removed(evidence) for rule in study.flow.rules}
    always = frozenset[str]().union(
        *(removed[rule.name] for rule in study.flow.rules if rule.is_always)
    )
    universe = _Universe(study, always)
    rows = []
    for size in range(len(names) + 1):
        for chosen in combinations(names, size):
            out = frozenset[str]().union(*(removed[name] for name in chosen))
            rows += universe.rows(chosen, out, is_own=len(chosen) == len(names))
    varied = {name: removed[name] for name in names}
    fits = fits_without_rules(study, varied, always)
    return {"rules": names, "rows": rows, "fits": fits, "reason": None}


class _Universe:
    """All answered main trials, counted once by session."""

    def __init__(self, study: Analysed, always: frozenset[str]) -> None:
        trials = study.export.trials
        is_used = (trials["trial_kind"] == "main") & trials["is_answered"]
        rows = trials.loc[is_used & ~trials["session_id"].isin(always)]
        owner = rows.drop_duplicates("session_id").set_index("session_id")
        by_session = rows.assign(participant_id=rows["session_id"])
        self.counts = count_crossed(by_session, study.conditions)
        self.owners = owner["participant_id"].to_dict()
        self.level = study.config.level
        self.family = study.family

    def rows(
        self, chosen: tuple[str, ...], out: frozenset[str], *, is_own: bool
    ) -> list[dict[str, Any]]:
        """The contrasts without the given sessions."""
        counts = self._without(out)
        found = []
        for first, second in self.family.among(counts):
            difference = two_way_robust_difference(counts, first, second)
            interval = None
            if difference.variance.is_usable:
                ends = student_t(
                    difference.value,
                    difference.variance.standard_error,
                    difference.variance.df,
                    level=self.level,
                )
                interval = Interval(*ends, self.level, TWO_WAY_ROBUST, BOTH)._asdict()
            found.append(
                {
                    "rules": list(chosen),
                    "is_own": is_own,
                    "first": first,
                    "second": second,
                    "value": difference.value,
                    "interval": interval,
                    "p": difference.p,
                    "n_participants": len(counts.participant_ids),
                }
            )
        return found

    def _without(self, out: frozenset[str]) -> CrossedCounts:
        sessions = self.counts.participant_ids
        kept = [i for i, session in enumerate(sessions) if session not in out]
        owners = [self.owners[sessions[i]] for i in kept]
        people = sorted(set(owners))
        right, asked = self.counts.n_correct[:, kept], self.counts.n_responses[:, kept]
        if len(people) < len(owners):
            places = {owner: place for place, owner in enumerate(people)}
            shape = (len(right), len(people), right.shape[2])
            joined = np.zeros(shape), np.zeros(shape)
            for session, owner in enumerate(owners):
                joined[0][:, places[owner]] += right[:, session]
                joined[1][:, places[owner]] += asked[:, session]
            right, asked = joined
        else:
            people = owners
        return CrossedCounts(
            conditions=self.counts.conditions,
            participant_ids=tuple(people),
            feature_ids=self.counts.feature_ids,
            n_correct=right,
            n_responses=asked,
        )
