"""To which group a slot belongs, and its cell in the counterbalancing. Pure."""

from typing import NamedTuple

from study_server.design.assignment import Cell, assign_cell, williams_sequences
from study_server.design.parts.design import DesignPart
from study_server.design.treatments import sequenced_treatments, treatments_of

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


def _crossed(design: DesignPart, number: int) -> Slot:
    n_treatments, n_pairs = len(treatments_of(design)), design.n_rotations
    if design.crossing == "lists":
        cell = assign_cell(number, n_conditions=n_treatments, n_query_pairs=n_pairs)
        return Slot(CROSSED, number, number // n_treatments, cell)
    if design.crossing == "between":
        turn, list_index = divmod(number, n_treatments)
        return Slot(CROSSED, number, turn, Cell(list_index, 0, turn % n_pairs))
    n_sequences = len(williams_sequences(len(sequenced_treatments(design))))
    turn, sequence_index = divmod(number, n_sequences)
    return Slot(CROSSED, number, turn, Cell(0, sequence_index, turn % n_pairs))
