"""In which order the rest of a block goes on once a trial could not be shown. Pure.

Orders are lists of places: `[1, 0]` shows the second trial first. Catch trials never
become neighbours, nor the first of a block, unless nothing is left to stand between.
"""

from collections.abc import Sequence

CATCH = "catch"


def order_after_postponing(kinds: Sequence[str]) -> list[int]:
    """The order when the first trial comes later.

    The trials of its kind step forward by one place and it takes that of the last, so
    that what kind stands where does not change, and repeats stay behind what they
    repeat. Only the last catch trial of a block goes behind trials of other kinds.

    Args:
        kinds: of the postponed trial and of all that follow it in its block.
    """
    rest = range(len(kinds))
    moving = [place for place in rest if kinds[place] == kinds[0]]
    if kinds[0] == CATCH and len(moving) == 1:
        moving = list(rest)
    order = list(rest)
    for place, follower in zip(moving, [*moving[1:], moving[0]], strict=True):
        order[place] = follower
    return order


def order_after_giving_up(before: str | None, kinds: Sequence[str]) -> list[int]:
    """The order of what follows a trial that is given up.

    Args:
        before: kind of the last trial of the block that was shown; None: none was.
        kinds: of the trials that follow the given up one in its block.
    """
    waiting, order = list(range(len(kinds))), []
    while waiting:
        is_free = kinds[waiting[0]] != CATCH or before not in (None, CATCH)
        others = [place for place in waiting if kinds[place] != CATCH]
        following = waiting[0] if is_free or not others else others[0]
        waiting.remove(following)
        order.append(following)
        before = kinds[following]
    return order
