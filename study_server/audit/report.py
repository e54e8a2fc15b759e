"""The design audit of a study on a bundle: everything to know before launch. Pure."""

from collections import Counter
from random import Random
from typing import Any

from study_server.audit.balance import Simulation, simulate
from study_server.audit.figures import (
    catch_rule,
    expected_minutes,
    practice_passed_by_guessing,
    smallest_difference,
)
from study_server.audit.leakage import find_leaks
from study_server.bundle import Bundle
from study_server.design.assignment import williams_sequences
from study_server.design.conditions import NO_PANEL
from study_server.design.definition import StudyDefinition
from study_server.design.exclusion_rules import ALL_BUT_ONE, n_catch_needed
from study_server.design.fit import main_features, practice_trials_per_round
from study_server.design.planned import PlannedTrial
from study_server.design.schedule import DESIGN_VERSION, draw_plan
from study_server.design.treatments import sequenced_treatments, treatments_of

AUDITED_PLANS = 2_000
"""Plans drawn to look for broken laws (2.5)."""

MAX_LISTED = 20

Report = dict[str, Any]


def audit(
    definition: StudyDefinition,
    bundle: Bundle,
    *,
    n_participants: int = AUDITED_PLANS,
    dropout: float = 0.0,
) -> Report:
    """The whole audit; `refusals` is empty when the study can be launched.

    Args:
        n_participants: simulated ones, each with a plan of their own.
        dropout: share of them that does not finish, 0 to 1.
    """
    plan = draw_plan(definition, bundle, slot_index=0, rng=Random(0))
    used = used_features(definition, bundle)
    min_distance = definition.design.min_perceptual_distance
    leaks = find_leaks(bundle, used, min_distance=min_distance)
    simulation = simulate(
        definition,
        bundle,
        n_participants=n_participants,
        dropout=dropout,
        rng_seed=definition.study.rng_seed,
    )
    return {
        "study": _study(definition),
        "bundle": _bundle(bundle),
        "design": _design(definition, bundle, plan),
        "units": _units(definition, bundle),
        "simulation": _simulation(simulation, dropout),
        "leakage": [leak._asdict() for leak in leaks],
        "minutes": _minutes(definition, plan),
        "catch_rule": _catch_rule(definition, plan),
        "precision": _precision(definition, bundle, plan),
        "warnings": warnings(definition),
        "refusals": [*refusals(leaks, simulation), *_rule_faults(definition, plan)],
    }


def used_features(definition: StudyDefinition, bundle: Bundle) -> list[str]:
    """Features of main, practice and catch trials, in the order of the bundle."""
    main = {feature.feature_id for feature in main_features(definition, bundle)}
    used = {*main, *definition.design.practice_features, *definition.catch.features}
    return [f.feature_id for f in bundle.features if f.feature_id in used]


def refusals(leaks: list[Any], simulation: Simulation) -> list[str]:
    """Why the study must not be launched as it is."""
    found = [
        f"leakage: feature {leak.feature_id}, pair {leak.query_pair_id or 'none'}, "
        f"rule {leak.rule}: {leak.detail}"
        for leak in leaks
    ]
    laws = Counter(violation.law for violation in simulation.violations)
    first = {v.law: v for v in reversed(simulation.violations)}
    found += [
        f"law {law} is broken {count} times, first in slot {first[law].slot_index}: "
        f"{first[law].detail}"
        for law, count in laws.items()
    ]
    return found


def _rule_faults(
    definition: StudyDefinition, plan: tuple[PlannedTrial, ...]
) -> list[str]:
    """A catch rule that nobody could pass."""
    n_catch = sum(trial.trial_kind == "catch" for trial in plan)
    return [
        f"exclusions: the rule catch asks for {wanted} right answers, but a session "
        f"has {n_catch} catch trials; lower min_correct or raise catch.n_trials"
        for rule in definition.exclusions
        if rule.name == "catch"
        and n_catch
        and (wanted := rule.parameters.get("min_correct", 0)) > n_catch
    ]


def warnings(definition: StudyDefinition) -> list[str]:
    """What a reviewer would ask about; nothing here stops a study."""
    design, found = definition.design, []
    has_none = NO_PANEL in design.conditions or design.none_after_slots
    if not (has_none or design.none_share):
        found.append(
            "no trial is without a panel, so the base rate of each pair stays unknown; "
            "set design.none_after_slots = 10"
        )
    if "accentuation" in design.conditions and "seed_only" not in design.conditions:
        found.append(
            "'seed_only' is not among the conditions: nothing tells what the seed "
            "images do by themselves"
        )
    if definition.preset is not None:
        found += [f"kept difference: {text}" for text in definition.preset.differences]
    return found


def _study(definition: StudyDefinition) -> Report:
    study = definition.study
    return {
        "study_id": study.study_id,
        "title": study.title,
        "definition_sha256": definition.sha256,
        "design_version": DESIGN_VERSION,
        "preset": definition.preset.name if definition.preset else None,
        "languages": list(definition.offered_languages),
        "n_slots": study.n_slots,
        "n_slots_without_panels": definition.n_slots_in_all - study.n_slots,
    }


def _bundle(bundle: Bundle) -> Report:
    return {
        "bundle_id": bundle.bundle_id,
        "n_features": len(bundle.features),
        "n_images": len(bundle.stimuli),
    }


def _design(
    definition: StudyDefinition, bundle: Bundle, plan: tuple[PlannedTrial, ...]
) -> Report:
    design = definition.design
    n_lists = 1 if design.crossing == "all" else len(treatments_of(design))
    has_sequences = design.crossing != "between" and design.order == "blocked"
    n_sequences = (
        len(williams_sequences(len(sequenced_treatments(design))))
        if has_sequences
        else 1
    )
    n_cells = n_lists * n_sequences * design.n_rotations
    rounds = Counter(
        trial.practice_round for trial in plan if trial.trial_kind == "practice"
    )
    return {
        "task": design.task,
        "conditions": list(design.conditions),
        "panel_sizes": list(design.panel_sizes or (design.n_panel_tiles,)),
        "crossing": design.crossing,
        "order": design.order,
        "n_features": len(main_features(definition, bundle)),
        "n_trials": dict(Counter(t.trial_kind for t in plan)),
        "n_practice_rounds": len(rounds),
        "n_lists": n_lists,
        "n_sequences": n_sequences,
        "n_pair_offsets": design.n_rotations,
        "n_cells": n_cells,
        "slots_per_cell": definition.study.n_slots / n_cells,
    }


def _units(definition: StudyDefinition, bundle: Bundle) -> list[Report]:
    return [
        {
            "feature_id": feature.feature_id,
            "layer": feature.layer,
            "strata": dict(
                Counter(pair.stratum for pair in bundle.pairs_of(feature.feature_id))
            ),
        }
        for feature in main_features(definition, bundle)
    ]


def _simulation(simulation: Simulation, dropout: float) -> Report:
    tally = simulation.tally
    met = tally.feature_condition.values()
    return {
        "n_participants": simulation.n_participants,
        "dropout": dropout,
        "n_finished": simulation.n_finished,
        "n_trials": simulation.n_trials,
        "n_violations": len(simulation.violations),
        "violations": [v._asdict() for v in simulation.violations[:MAX_LISTED]],
        "n_sessions_in_whole_cycles": tally.n_sessions,
        "feature_by_condition": [min(met, default=0), max(met, default=0)],
        "neighbours": {
            f"{first} > {second}": count
            for (first, second), count in sorted(tally.neighbours.items())
        },
        "sides": _nested(tally.sides),
        "strata": _nested(tally.strata),
    }


def _nested(counts: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for (row, column), count in sorted(counts.items()):
        table.setdefault(row, {})[column] = count
    return table


def _minutes(definition: StudyDefinition, plan: tuple[PlannedTrial, ...]) -> Report:
    timing = definition.timing
    one = timing.feedback_delay_ms + timing.feedback_ms
    with_feedback = [
        (t.trial_kind == "practice" and definition.practice.has_feedback)
        or (t.trial_kind != "practice" and definition.main.has_feedback)
        for t in plan
    ]
    expected = expected_minutes(
        plan,
        panel_min_ms=timing.panel_min_ms,
        instructions_min_ms=timing.instructions_min_ms,
        feedback_ms=one * sum(with_feedback) / max(1, len(plan)),
    )
    return {
        "expected": expected,
        "told": definition.study.estimated_minutes,
        "lease": definition.lease_minutes,
    }


def _catch_rule(
    definition: StudyDefinition, plan: tuple[PlannedTrial, ...]
) -> Report | None:
    n_catch = sum(trial.trial_kind == "catch" for trial in plan)
    rule = next((r for r in definition.exclusions if r.name == "catch"), None)
    practice = definition.practice
    n_practice = practice_trials_per_round(definition)
    passed = practice_passed_by_guessing(
        n_practice, practice.min_correct, practice.max_rounds
    )
    if rule is None or not n_catch:
        return None
    asked = rule.parameters.get("min_correct", ALL_BUT_ONE)
    found = catch_rule(int(n_catch_needed(asked, n_catch)), n_catch)
    return {
        **asdict_of(found),
        "guessers_after_practice": passed,
        "guessers_after_both": passed * found.kept["guesser"],
    }


def asdict_of(rule: Any) -> Report:
    """A named tuple as a dictionary."""
    return dict(rule._asdict())


def _precision(
    definition: StudyDefinition, bundle: Bundle, plan: tuple[PlannedTrial, ...]
) -> Report | None:
    """For two conditions of the study; none where answers are no choices."""
    design = definition.design
    if design.task == "rating":
        return None
    n_main = sum(t.trial_kind == "main" for t in plan)
    n_conditions = len(treatments_of(design))
    is_between = design.crossing == "between"
    n_each = definition.study.n_slots / (n_conditions if is_between else 1)
    per_session = n_main / (1 if is_between else n_conditions)
    n_features = len(main_features(definition, bundle))
    points = smallest_difference(
        n_participants=n_each,
        n_features=n_features,
        n_responses=n_each * per_session,
    )
    return {
        "smallest_difference_points": points,
        "base_accuracy": 0.8,
        "n_participants_per_condition": n_each,
        "n_features": n_features,
        "n_responses_per_condition": n_each * per_session,
    }
