"""Ways to answer a trial without looking at it. No HTTP."""

from random import Random
from typing import NamedTuple

from study_server.simulation.config import ObserverConfig


class Careless(NamedTuple):
    """An answer that owes nothing to the trial."""

    choice: str
    confidence: int
    rt_ms: float | None
    """None: as long as any answer of this participant takes."""


def careless_answer(
    config: ObserverConfig, rng: Random, *, own_side: str, n_before: int
) -> Careless | None:
    """What is pressed when the trial is not looked at; None: it is.

    Args:
        own_side: the one that this participant presses, if always the same.
        n_before: main and catch trials answered before.
    """
    if config.straight_line.rate:
        return Careless(own_side, config.straight_line.confidence, None)
    if _happens(config.too_fast.rate, rng):
        limit_ms = config.too_fast.max_ms
        rt_ms = limit_ms * (1 - rng.random() / 2 - 1e-9)  # below the limit
        return Careless(_coin(rng), rng.randint(1, 3), rt_ms)
    if _happens(config.bias.rate, rng):
        side = "left" if rng.random() < config.bias.p_left else "right"
        return Careless(side, rng.randint(1, 3), None)
    if _happens(config.lapse.rate + config.lapse.per_trial * n_before, rng):
        return Careless(_coin(rng), rng.randint(1, 3), None)
    return None


def own_side(config: ObserverConfig, participant_index: int) -> str:
    """The side of whoever always presses the same button."""
    rng = Random(f"{config.rng_seed}/side/{participant_index}")
    return config.straight_line.side or _coin(rng)


def _happens(rate: float, rng: Random) -> bool:
    """By chance; nothing is drawn where there is none."""
    return rate > 0 and rng.random() < rate


def _coin(rng: Random) -> str:
    return rng.choice(("left", "right"))
