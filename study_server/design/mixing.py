"""Orders of mixed conditions with few of one kind in a row. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

MAX_RUN = 3
"""Equal conditions that may stand in a row (2.2)."""

MAX_TRIES = 1_000


def longest_run(conditions: Sequence[str]) -> int:
    """How many equal ones stand in a row at most."""
    longest = run = 0
    before = None
    for condition in conditions:
        run = run + 1 if condition == before else 1
        longest, before = max(longest, run), condition
    return longest


def mixed_order(
    conditions: Sequence[str], before: Sequence[str], rng: Random
) -> list[int]:
    """The places of a block's trials in an order of chance, never more than 3 alike.

    Drawn trial by trial: each of those left is as likely as any other, unless it would
    make the row too long, or leave more of one condition than the others can part.

    Args:
        conditions: of the trials.
        before: conditions of the trials that come before the block.
    """
    waiting = list(range(len(conditions)))
    rng.shuffle(waiting)
    left, row, order = Counter(conditions), list(before[-MAX_RUN:]), []
    while waiting:
        allowed = {c for c in left if left[c] and _can_follow(row, c, left)}
        place = next(p for p in waiting if conditions[p] in allowed)
        waiting.remove(place)
        order.append(place)
        left[conditions[place]] -= 1
        row = [*row, conditions[place]][-MAX_RUN:]
    return order


def catch_places(
    conditions: Sequence[str],
    can_be_repeated: Sequence[bool],
    n_catch: int,
    before: Sequence[str],
    rng: Random,
) -> Mapping[int, int] | None:
    """After which main trials a catch trial stands, and which one it repeats.

    Args:
        conditions: of the block's main trials, in order.
        can_be_repeated: which of them have a panel that a catch trial can show.
        before: conditions of the trials that come before the block.

    Returns:
        Main trial before it to main trial it repeats; None if that many do not fit.
    """
    places = [
        (after, shown)
        for after in range(len(conditions))
        for shown in range(after + 1)
        if can_be_repeated[shown]
    ]
    rng.shuffle(places)
    chosen: dict[int, int] = {}
    for after, shown in places:
        if len(chosen) == n_catch:
            break
        if after in chosen or shown in chosen.values():
            continue
        attempt = {**chosen, after: shown}
        if longest_run([*before, *with_catch(conditions, attempt)]) <= MAX_RUN:
            chosen = attempt
    return chosen if len(chosen) == n_catch else None


def with_catch(conditions: Sequence[str], catch_after: Mapping[int, int]) -> list[str]:
    """The conditions of a block's trials, catch trials among them."""
    row = []
    for place, condition in enumerate(conditions):
        row.append(condition)
        if place in catch_after:
            row.append(conditions[catch_after[place]])
    return row


def _can_follow(row: Sequence[str], condition: str, left: Counter[str]) -> bool:
    """Whether the row may go on so, and the rest can still be parted."""
    after = [*row, condition]
    if longest_run(after) > MAX_RUN:
        return False
    rest = left - Counter([condition])
    run = _last_run(after)
    n_left = rest.total()
    return all(
        count <= MAX_RUN * (n_left - count + 1) - (run if one == condition else 0)
        for one, count in rest.items()
    )


def _last_run(row: Sequence[str]) -> int:
    run = 0
    for condition in reversed(row):
        if condition != row[-1]:
            break
        run += 1
    return run
