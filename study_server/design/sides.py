"""On which side the right option stands: exactly balanced, evenly random in order."""

from random import Random

SIDES = ("left", "right")


def balanced_sides(n_trials: int, *, extra: str, rng: Random) -> list[str]:
    """Sides of n trials, both equally often, drawn evenly from all such orders.

    Args:
        extra: the side that occurs once more when the number is odd.
    """
    sides = [*SIDES] * (n_trials // 2) + [extra] * (n_trials % 2)
    rng.shuffle(sides)
    return sides


def extra_side(*, list_index: int, batch_index: int, block_index: int) -> str:
    """The side an odd count favours; it mirrors in the next slot of the same list.

    Tied to the batch, not to the slot's own parity: with an even number of conditions
    that parity is the list's, and every feature would keep one side for all
    participants.
    """
    return SIDES[(list_index + batch_index + block_index) % 2]
