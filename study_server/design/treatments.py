"""What a block, or a trial, is given: a condition and the size of its panel. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from study_server.design.conditions import NO_PANEL
from study_server.design.parts.design import DesignPart


class Treatment(NamedTuple):
    """What is crossed with features: a condition, or each size of its panel."""

    condition: str
    n_tiles: int
    """Of the panel; 0 without one."""

    @property
    def has_panel(self) -> bool:
        """Whether there is something to look at beside the options."""
        return self.condition != NO_PANEL

    def is_caught(self, foils: Sequence[str]) -> bool:
        """Whether catch trials can show its panel; foils are too few for that."""
        return self.has_panel and self.condition not in foils


WITHOUT_PANEL = Treatment(NO_PANEL, 0)


def treatments_of(design: DesignPart) -> tuple[Treatment, ...]:
    """Everything that the lists and orders of a design cross with features.

    One for each condition; with several panel sizes one for each size of each.
    """
    sizes = design.panel_sizes or (design.n_panel_tiles,)
    return tuple(
        treatment
        for condition in design.conditions
        for treatment in _sized(condition, sizes)
    )


def sequenced_treatments(design: DesignPart) -> tuple[Treatment, ...]:
    """Those whose order a sequence decides."""
    return tuple(
        treatment
        for treatment in treatments_of(design)
        if treatment.has_panel or not design.is_none_around
    )


def foil_treatment(design: DesignPart, turn: int) -> Treatment:
    """The foil of a slot: each of them in two turns in a row, so that sides mirror."""
    kind = design.foils[turn // 2 % len(design.foils)]
    return Treatment(kind, design.largest_panel)


def shown_treatments(design: DesignPart) -> tuple[Treatment, ...]:
    """Every panel that somebody may see, those of foils and no panel among them."""
    foils = [Treatment(kind, design.largest_panel) for kind in design.foils]
    none = [WITHOUT_PANEL] if design.none_after_slots or design.none_share else []
    return tuple(dict.fromkeys([*treatments_of(design), *foils, *none]))


def name_of(design: DesignPart, treatment: Treatment) -> str:
    """What the audit calls it: its condition, with its size where sizes vary."""
    if design.panel_sizes is None or not treatment.has_panel:
        return treatment.condition
    return f"{treatment.condition} x {treatment.n_tiles}"


def _sized(condition: str, sizes: tuple[int, ...]) -> tuple[Treatment, ...]:
    if condition == NO_PANEL:
        return (WITHOUT_PANEL,)
    return tuple(Treatment(condition, n_tiles) for n_tiles in sizes)
