"""Who gets which slot when people come, drop out and are replaced. Pure."""

import heapq
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

LONGEST_SITTING = 60
"""Arrivals that may happen while somebody sits."""


class Arrival(NamedTuple):
    """One participant of a simulated study."""

    slot_index: int
    is_finished: bool
    """False for a dropout, whose slot the next one gets."""


def arrivals(
    n_participants: int, *, dropout: float, rng: Random, n_slots: int | None = None
) -> Iterator[Arrival]:
    """Participants in the order they come; each takes the lowest free slot.

    A dropout's slot is free again once the dropout is noticed, some arrivals later.

    Args:
        dropout: share that does not finish, 0 to 1.
        n_slots: nobody comes in once all are held. None: there are enough for all.
    """
    free: list[int] = []
    leaving: list[tuple[int, int]] = []  # (when noticed, slot)
    n_opened = 0
    for now in range(n_participants):
        while leaving and leaving[0][0] <= now:
            heapq.heappush(free, heapq.heappop(leaving)[1])
        if free:
            slot_index = heapq.heappop(free)
        elif n_slots is None or n_opened < n_slots:
            slot_index, n_opened = n_opened, n_opened + 1
        else:
            continue
        is_finished = rng.random() >= dropout
        if not is_finished:
            noticed = now + 1 + rng.randrange(LONGEST_SITTING)
            heapq.heappush(leaving, (noticed, slot_index))
        yield Arrival(slot_index, is_finished)
