"""What in a `[design]` table contradicts itself. Pure."""

from collections.abc import Iterator

from study_server.design.conditions import CONDITIONS, FOIL_KINDS, NO_PANEL
from study_server.design.parts.design import DesignPart

MAX_FOIL_SHARE = 0.05
"""Of the main trials of everyone (1.9)."""


def design_faults(design: DesignPart) -> list[tuple[str, str]]:
    """What in a design contradicts itself: the key, and what to do about it."""
    return [
        *_feature_faults(design),
        *_tile_faults(design),
        *_none_faults(design),
        *_rotation_faults(design),
        *_size_faults(design),
        *_order_faults(design),
        *_foil_faults(design),
    ]


def _feature_faults(design: DesignPart) -> Iterator[tuple[str, str]]:
    if both := set(design.features or ()) & set(design.practice_features):
        yield (
            "practice_features",
            f"{', '.join(map(repr, sorted(both)))} is used in practice and in main "
            "trials; take it out of one",
        )
    if design.features is not None and design.n_features is not None:
        yield "n_features", "is given beside features; take one of them out"
    if design.n_features_per_session is not None and design.crossing != "between":
        yield (
            "n_features_per_session",
            "goes with crossing = 'between'; with "
            f"{design.crossing!r} everyone sees all features",
        )


def _tile_faults(design: DesignPart) -> Iterator[tuple[str, str]]:
    paired = [name for name in design.conditions if CONDITIONS[name].is_side_by_side]
    odd = [n for n in design.panel_sizes or (design.n_panel_tiles,) if n % 2]
    if paired and odd:
        key = "panel_sizes" if design.panel_sizes else "n_panel_tiles"
        noun = "holds" if design.panel_sizes else "is"
        yield (
            key,
            f"{noun} {odd[0]}, but {paired[0]!r} shows tiles two by two; "
            "give a multiple of 2",
        )
    shown = (*design.panel_conditions, *design.foils)
    single = [n for n in shown if not CONDITIONS[n].has_negative]
    if design.has_negative_panel and single:
        yield (
            "has_negative_panel",
            f"is true, but {single[0]!r} has no images that the feature answers to "
            "least; leave the condition or the panel out",
        )


def _none_faults(design: DesignPart) -> Iterator[tuple[str, str]]:
    has_none = NO_PANEL in design.conditions
    if design.none_after_slots and design.none_share:
        yield (
            "none_share",
            "gives everyone some trials without a panel, and none_after_slots makes a "
            "group of such; set one of them to 0",
        )
    if has_none and (design.none_after_slots or design.none_share):
        yield (
            "conditions",
            "'none' is among them, and none_after_slots or none_share adds it once "
            "more; leave one out",
        )
    if design.crossing != "lists" and design.none_share:
        yield "none_share", "goes with crossing = 'lists'; set it to 0"
    if design.is_none_around and not (has_none and design.crossing == "all"):
        yield (
            "is_none_around",
            "goes with crossing = 'all' and 'none' among the conditions",
        )
    if not design.panel_conditions and design.crossing != "between":
        yield "conditions", "'none' is the only one; add one that shows a panel"


def _rotation_faults(design: DesignPart) -> Iterator[tuple[str, str]]:
    n_pairs, n_conditions = design.n_query_pairs, len(design.conditions)
    if design.strata is not None and sum(design.strata.values()) != n_pairs:
        yield (
            "strata",
            f"names {sum(design.strata.values())} pairs, n_query_pairs is {n_pairs}; "
            "make them equal",
        )
    if design.crossing == "all" and n_pairs < n_conditions:
        yield (
            "n_query_pairs",
            f"is {n_pairs}, but with crossing = 'all' nobody meets a pair twice only "
            f"if it is at least {n_conditions}, the number of conditions",
        )


def _size_faults(design: DesignPart) -> Iterator[tuple[str, str]]:
    if design.panel_sizes is None:
        return
    if design.crossing != "lists":
        yield (
            "panel_sizes",
            f"goes with crossing = 'lists'; got crossing = {design.crossing!r}. Take "
            "one of the two out",
        )
    if not design.panel_conditions:
        yield "panel_sizes", "no condition has a panel; add one or take it out"


def _order_faults(design: DesignPart) -> Iterator[tuple[str, str]]:
    if design.order == "blocked":
        return
    if design.crossing != "lists":
        yield "order", "'mixed' goes with crossing = 'lists'; set it to 'blocked'"
    if len(design.conditions) < 2:
        yield "order", "there is one condition, so nothing to mix; set it to 'blocked'"
    if design.panel_sizes is not None:
        yield "order", "panel_sizes vary between blocks; set it to 'blocked'"
    if design.task == "rating":
        yield (
            "order",
            "the ratings of one feature follow each other under one panel; set it to "
            "'blocked'",
        )


def _foil_faults(design: DesignPart) -> Iterator[tuple[str, str]]:
    crossed = [name for name in design.conditions if name in FOIL_KINDS]
    others = [n for n in design.panel_conditions if n not in FOIL_KINDS]
    if crossed and others:
        yield (
            "conditions",
            f"{crossed[0]!r} is a foil and would be shown in 1 of "
            f"{len(design.conditions)} trials; at most 5 % may show one. Name it in "
            "design.foils with foil_share = 0.05, or make a study of foils (and "
            "'none') alone",
        )
    if design.foil_share > MAX_FOIL_SHARE:
        yield (
            "foil_share",
            f"is {design.foil_share:g}, but at most {MAX_FOIL_SHARE:g} of the trials "
            f"may show a foil; lower it to {MAX_FOIL_SHARE:g}, or make a study of "
            "foils (and 'none') alone",
        )
    if bool(design.foils) != bool(design.foil_share):
        key, other = (
            ("foils", "foil_share") if design.foils else ("foil_share", "foils")
        )
        yield key, f"goes with {other}; give both or neither"
    if design.foils and (crossed or design.crossing != "lists"):
        yield (
            "foils",
            "go with crossing = 'lists' and conditions that are no foils; take them "
            "out",
        )
