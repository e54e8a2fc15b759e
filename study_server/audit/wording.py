"""The design audit in words, for a terminal. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 13


def describe(report: Mapping[str, Any]) -> list[str]:
    """The lines of the audit, the verdict last."""
    return [
        *_facts(report),
        *_balance(report["simulation"]),
        *_leakage(report["leakage"]),
        *_figures(report),
        *(_row("warning", text) for text in report["warnings"]),
        *(_row("REFUSED", text) for text in report["refusals"]),
        _row("verdict", _verdict(report["refusals"])),
    ]


def _row(name: str, text: str) -> str:
    return f"{name:{WIDTH}}{text}"


def _facts(report: Mapping[str, Any]) -> Iterator[str]:
    study, bundle, design = report["study"], report["bundle"], report["design"]
    preset = f" (preset {study['preset']})" if study["preset"] else ""
    yield _row("study", f"{study['study_id']}: {study['title']}{preset}")
    yield _row(
        "bundle",
        f"{bundle['bundle_id']}: {bundle['n_features']} features, "
        f"{bundle['n_images']} images, all checked",
    )
    yield _row(
        "task",
        f"{design['task']}, crossing {design['crossing']}, order {design['order']}",
    )
    conditions = design["conditions"]
    yield _row("conditions", f"{len(conditions)}: {', '.join(conditions)}")
    if len(sizes := design["panel_sizes"]) > 1:
        yield _row("panels", f"of {', '.join(map(str, sizes))} tiles")
    yield _row("features", f"{design['n_features']} in main trials")
    trials = design["n_trials"]
    rounds = design["n_practice_rounds"]
    counts = ", ".join(f"{count} {kind}" for kind, count in trials.items())
    in_rounds = f" (practice in up to {rounds} rounds)" if rounds > 1 else ""
    yield _row("trials", f"{counts} per session{in_rounds}")
    extra = study["n_slots_without_panels"]
    beside = f", and {extra} without panels" if extra else ""
    yield _row(
        "cells",
        f"{design['n_lists']} lists x {design['n_sequences']} orders x "
        f"{design['n_pair_offsets']} pairs = {design['n_cells']} cells; "
        f"{study['n_slots']} slots give {design['slots_per_cell']:.2f} per cell"
        f"{beside}",
    )


def _balance(simulation: Mapping[str, Any]) -> Iterator[str]:
    yield _row(
        "simulated",
        f"{simulation['n_participants']} participants, "
        f"{100 * simulation['dropout']:.0f} % dropouts, "
        f"{simulation['n_finished']} finished; "
        f"{simulation['n_trials']} planned trials, "
        f"{simulation['n_violations']} laws broken",
    )
    low, high = simulation["feature_by_condition"]
    times = f"{low} to {high}" if high != low else f"{low}"
    yield _row(
        "balance",
        f"over {simulation['n_sessions_in_whole_cycles']} sessions in whole cycles "
        f"each feature meets each condition {times} times",
    )
    for condition, sides in simulation["sides"].items():
        strata = simulation["strata"].get(condition, {})
        yield _row(
            "",
            f"{condition:26}{sides.get('left', 0):7} left"
            f"{sides.get('right', 0):7} right"
            + "".join(
                f"{count:7} {name}" for name, count in strata.items() if name != "None"
            ),
        )
    counts = set(simulation["neighbours"].values())
    if counts:
        spread = " to ".join(map(str, sorted({min(counts), max(counts)})))
        yield _row("order", f"each neighbour pair of conditions occurs {spread} times")


def _leakage(leaks: list[Mapping[str, Any]]) -> Iterator[str]:
    told = "no query is, or nearly is, a tile" if not leaks else f"{len(leaks)} leaks"
    yield _row("leakage", told)


def _figures(report: Mapping[str, Any]) -> Iterator[str]:
    minutes = report["minutes"]
    yield _row(
        "minutes",
        f"{minutes['expected']:.1f} expected, {minutes['told']} told to participants, "
        f"{minutes['lease']} until a slot is given away",
    )
    if rule := report["catch_rule"]:
        kept = rule["kept"]
        yield _row(
            "catch rule",
            f"{rule['min_correct']} of {rule['n_trials']}: lets in "
            f"{100 * kept['guesser']:.1f} % of guessers, keeps "
            f"{100 * kept['half_attentive']:.1f} % of the half attentive and "
            f"{100 * kept['attentive']:.1f} % of the attentive; with practice "
            f"{100 * rule['guessers_after_both']:.1f} % of guessers remain",
        )
    if precision := report["precision"]:
        yield _row(
            "precision",
            f"{precision['smallest_difference_points']:.1f} points below 80 % are "
            f"found with 80 % power ({precision['n_features']} features, "
            f"{precision['n_participants_per_condition']:.0f} participants and "
            f"{precision['n_responses_per_condition']:.0f} answers per condition)",
        )


def _verdict(refusals: list[str]) -> str:
    if refusals:
        return f"not to be launched: {len(refusals)} reasons above"
    return "nothing stands against it"
