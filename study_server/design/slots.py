"""To which group a slot belongs, and its cell in the counterbalancing. Pure."""

from typing import NamedTuple

from study_server.design.assignment import Cell, assign_cell, williams_sequences
from study_server.design.conditions import NO_PANEL
from study_server.design.parts.design import DesignPart

CROSSED = "crossed"
WITHOUT_PANELS = "none"
SLOT_GROUPS = (CROSSED, WITHOUT_PANELS)


class Slot(NamedTuple):
    """A place for one participant."""

    group: str
    """`crossed`, or `none` for those who never see a panel."""

    number: int
    """Within the group, from 0."""

    turn: int
    """Slots of the same list, or of the same order, that come before it."""

    cell: Cell


def slot_of(design: DesignPart, slot_index: int) -> Slot:
    """The group and cell of a slot: one without panels after every so many others."""
    period = design.none_after_slots + 1
    turn, place = divmod(slot_index, period)
    if design.none_after_slots and place == design.none_after_slots:
        cell = Cell(
            list_index=0, sequence_index=0, pair_offset=turn % design.n_rotations
        )
        return Slot(WITHOUT_PANELS, turn, turn, cell)
    number = turn * design.none_after_slots + place
    if not design.none_after_slots:
        number = slot_index
    return _crossed(design, number)


def sequenced_conditions(design: DesignPart) -> tuple[str, ...]:
    """The conditions whose order a sequence decides."""
    if design.is_none_around:
        return tuple(name for name in design.conditions if name != NO_PANEL)
    return design.conditions


def _crossed(design: DesignPart, number: int) -> Slot:
    n_conditions, n_pairs = len(design.conditions), design.n_rotations
    if design.crossing == "lists":
        cell = assign_cell(number, n_conditions=n_conditions, n_query_pairs=n_pairs)
        return Slot(CROSSED, number, number // n_conditions, cell)
    if design.crossing == "between":
        turn, list_index = divmod(number, n_conditions)
        return Slot(CROSSED, number, turn, Cell(list_index, 0, turn % n_pairs))
    n_sequences = len(williams_sequences(len(sequenced_conditions(design))))
    turn, sequence_index = divmod(number, n_sequences)
    return Slot(CROSSED, number, turn, Cell(0, sequence_index, turn % n_pairs))
