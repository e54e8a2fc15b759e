"""What a reader must know before believing a number, found in the results."""

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.estimates import NO_VARIATION
from analysis.wording import condition_label, contrast_label, listed

FEW_CLUSTERS = 20
"""Below this many people or features a two-way interval may be too narrow: simulated
coverage of nominal 95 % was .91 to .95 with 8 to 20 features or 10 people."""


GUESSER, WEAK_RULE = 0.5, 0.2
"""Ability of who guesses, and the share of them that makes a catch rule weak."""


def find_warnings(results: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each warning with an id and a sentence."""
    found = [
        *_about_leakage(results),
        *_about_origin(results),
        *_about_size(results),
        *_about_design(results),
        *_about_responses(results),
        *_about_estimates(results),
        *_about_fits(results),
        *_about_plan(results),
        *_about_sides(results),
    ]
    return [{"id": key, "text": text} for key, text in found]


Found = Iterator[tuple[str, str]]


LEAK = "leak"
"""How ids of warnings begin that make the run fail."""


def _about_plan(results: Mapping[str, Any]) -> Found:
    """What a preregistration names and the study does not hold."""
    plan, family = results["preregistration"], results["family"]
    if plan is None:
        return
    seen = set(results["analysed"]["conditions"])
    planned = [family["reference"], *family["others"]]
    if missing := [name for name in planned if name not in seen]:
        yield (
            "planned_without_data",
            "Planned, but without answers, so not tested: "
            f"{listed([condition_label(name) for name in missing])}.",
        )
    stratum, strata = plan["confirmatory_stratum"], results["analysed"]["strata"]
    if stratum and len(strata) > 1 and stratum not in strata:
        yield (
            "planned_stratum_missing",
            f"The preregistered contrasts are about {stratum!r} pairs, of which there "
            "are none; those shown are about others, and exploratory.",
        )


def _about_sides(results: Mapping[str, Any]) -> Found:
    if results["study"]["option_names"] is None:
        yield (
            "sides_unknown",
            "The data do not say which of the two options was chosen, only whether it "
            "was right; so nothing is said of sides: no d′, criterion, lapses or bias.",
        )


def _about_leakage(results: Mapping[str, Any]) -> Found:
    audit = results["design_audit"]
    near = audit["leakage"]["near_copies"]
    if copies := [row for row in near if row["is_copy"]]:
        yield (
            f"{LEAK}/near_copy",
            f"A panel showed what was asked: {len(copies)} query images nearly equal a "
            f"tile beside them, first {copies[0]['query']}. Leave their pairs out.",
        )
    if alike := len(near) - len(copies):
        yield (
            "alike",
            f"{alike} query images look much like a tile beside them (fewer than 10 of "
            "64 bits of their hashes differ). Look at them.",
        )
    if audit["n_query_in_panel"]:
        yield (
            "query_in_panel",
            f"{audit['n_query_in_panel']} main trials asked about an image that the "
            "same person saw in a panel.",
        )
    if audit["leakage"]["n_far_of_shown_class"]:
        yield (
            "far_class",
            f"{audit['leakage']['n_far_of_shown_class']} target images of far pairs "
            "share a class with a tile, which far pairs exclude.",
        )


def _about_origin(results: Mapping[str, Any]) -> Found:
    study = results["study"]
    if 0 < study["n_simulated"] < study["n_sessions"]:
        yield (
            "mixed_origin",
            f"The export mixes {study['n_simulated']} simulated sessions with "
            f"{study['n_sessions'] - study['n_simulated']} of people. Export real and "
            "simulated sessions apart.",
        )
    if results["planted"] is not None and study["n_simulated"] < study["n_sessions"]:
        yield (
            "planted_but_real",
            "Planted accuracies were given, but not every session is simulated.",
        )
    if results["planted"] is not None:
        known = {row["condition"] for row in results["planted"]}
        unknown = [c for c in results["analysed"]["conditions"] if c not in known]
        if unknown:
            yield (
                "planted_incomplete",
                "No planted accuracy is compared for "
                f"{listed([condition_label(c) for c in unknown])}.",
            )


def _about_size(results: Mapping[str, Any]) -> Found:
    size = results["analysed"]
    if size["n_responses"] == 0:
        yield ("no_responses", "No response is left to analyse.")
        return
    for noun, n in (
        ("participant", size["n_participants"]),
        ("feature", size["n_features"]),
    ):
        if n == 1:
            yield (
                f"one_{noun}",
                f"Only one {noun} is left: nothing can be said about other {noun}s.",
            )
        elif n < FEW_CLUSTERS:
            yield (
                f"few_{noun}s",
                f"Only {n} {noun}s: intervals for new {noun}s rest on few and may be "
                "too narrow.",
            )


def _about_design(results: Mapping[str, Any]) -> Found:
    conditions = results["analysed"]["conditions"]
    if conditions and not {"seed_only", "none"} & set(conditions):
        yield (
            "no_base_rate",
            "No base-rate condition (seed images only, or no panel) was run. Chance "
            "is not the baseline: without it, accuracy cannot be read as an effect of "
            "the panel.",
        )
    catch = results["catch"]
    if catch["n_required"] is not None and catch["n_required"] > catch["n_catch"]:
        yield (
            "catch_rule_unreachable",
            f"The catch rule asks for {catch['n_required']} right answers, but a "
            f"session has {catch['n_catch']} catch trials: everyone fails it.",
        )
    guessers = [
        row["p_pass"]
        for row in catch["operating_characteristics"]
        if row["ability"] == GUESSER
    ]
    if guessers and guessers[0] > WEAK_RULE:
        yield (
            "catch_rule_weak",
            f"The catch rule lets in {100 * guessers[0]:.0f} % of those who guess; "
            "7 of 8 would let in 4 %.",
        )
    left_out = results["study"]["n_sessions_left_out"]
    if left_out:
        yield (
            "sessions_left_out",
            f"The export leaves out {left_out} sessions "
            f"(it holds: {results['study']['sessions']}).",
        )


def _about_responses(results: Mapping[str, Any]) -> Found:
    size = results["analysed"]
    for key, text in (
        ("n_late", "came in after the session's time had ended"),
        ("n_conflicts", "differing second answers were set aside (the first stands)"),
        ("n_reloaded", "followed a reload of the page"),
        ("n_hidden", "were given after the page had been hidden for a while"),
    ):
        if size[key]:
            noun = "" if key == "n_conflicts" else "analysed responses "
            yield (key.removeprefix("n_"), f"{size[key]} {noun}{text}; all are kept.")
    untimed = sum(row["n_without_time"] for row in results["response_times"])
    if untimed:
        yield (
            "untimed",
            f"{untimed} responses have no usable time; they count for accuracy only.",
        )


def _about_estimates(results: Mapping[str, Any]) -> Found:
    """One warning per reason, naming all it concerns."""
    concerned: dict[tuple[str, str], list[str]] = {}
    for estimate in results["estimates"]:
        if estimate["status"] != "ok" and estimate["stratum"] is None:
            names = concerned.setdefault((estimate["status"], estimate["reason"]), [])
            if (name := _name(estimate)) not in names:
                names.append(name)
    for (status, reason), names in concerned.items():
        yield status, f"{reason} This concerns: {'; '.join(names)}."
    constant = {
        estimate["condition"]
        for estimate in results["estimates"]
        if estimate["quantity"] == "accuracy" and estimate["status"] == NO_VARIATION
    }
    for first, second in {
        tuple(e["contrast"]): None for e in results["estimates"] if e["contrast"]
    }:
        if len(constant & {first, second}) == 1:
            yield (
                f"one_side_varies/{first}-{second}",
                f"{contrast_label(first, second)}: one of the two does not vary, so "
                "the interval rests on the other alone and may be too narrow.",
            )


def _about_fits(results: Mapping[str, Any]) -> Found:
    for fit in results["fits"]:
        if fit["status"] not in ("ok", "boundary"):
            yield f"fit_{fit['id']}", f"The {fit['id']} fit: {fit['reason']}"
        for number, text in enumerate(fit["warnings"], start=1):
            yield f"engine_{fit['id']}_{number}", f"{fit['engine']} said: {text}"
    for row in results["robustness"]:
        if row["warnings"]:
            key = f"{row['method']}/{row['first']}-{row['second']}"
            name = contrast_label(row["first"], row["second"])
            yield key, f"{name}, {row['method']}: {row['warnings']}"


def _name(estimate: Mapping[str, Any]) -> str:
    if estimate["contrast"]:
        return contrast_label(*estimate["contrast"])
    if estimate["confidence"] is not None:
        return f"accuracy at confidence {estimate['confidence']}"
    return f"accuracy, {condition_label(estimate['condition'])}"
