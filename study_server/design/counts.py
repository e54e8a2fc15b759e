"""How many trials of each kind a session has. Pure."""

from collections.abc import Iterator

from study_server.design.conditions import NO_PANEL
from study_server.design.faults import Fault
from study_server.design.parts.design import DesignPart
from study_server.design.parts.session import CatchPart


def n_none_per_set(design: DesignPart, *, n_per_set: int) -> int:
    """Features of each set that one participant meets without a panel."""
    return round(design.none_share * n_per_set)


def catch_per_block(
    catch: CatchPart, design: DesignPart, *, conditions: list[str], rotation: int = 0
) -> list[int]:
    """Catch trials of each block; blocks without a panel have none.

    Args:
        conditions: of the blocks, in order.
        rotation: which blocks get one more where `n_trials` does not go up evenly.
    """
    panels = [index for index, name in enumerate(conditions) if name != NO_PANEL]
    counts = [0] * len(conditions)
    if not panels:
        return counts
    if catch.n_trials is None:
        default = 1 if design.task == "two_alternative" else 0
        each = default if catch.per_block is None else catch.per_block
        for index in panels:
            counts[index] = each
        return counts
    for number in range(catch.n_trials):
        counts[panels[(number + rotation) % len(panels)]] += 1
    return counts


def count_faults(
    design: DesignPart, catch: CatchPart, *, n_features: int
) -> Iterator[Fault]:
    """What is wrong with a number of main features."""
    n_conditions = len(design.conditions)
    n_per_block = n_features
    if design.crossing == "lists":
        surplus = n_features % n_conditions
        if n_features == 0 or surplus:
            yield Fault(
                ("design", "features"),
                f"{n_features} main features cannot be dealt evenly to {n_conditions} "
                f"conditions; leave out {surplus} or add {n_conditions - surplus}",
            )
            return
        n_per_block = n_features // n_conditions
        n_per_block -= n_none_per_set(design, n_per_set=n_per_block)
    if design.n_features_per_session is not None:
        n_per_block = design.n_features_per_session
        if n_per_block > n_features:
            yield Fault(
                ("design", "n_features_per_session"),
                f"is {n_per_block}, but there are {n_features} main features; ask for "
                "fewer or add features",
            )
    blocks = [name for name in design.conditions if name != NO_PANEL] or [NO_PANEL]
    if design.crossing == "between":
        blocks = blocks[:1]
    n_trials = n_per_block * (design.n_ratings if design.task == "rating" else 1)
    most = max(catch_per_block(catch, design, conditions=blocks))
    if most > n_trials:
        yield Fault(
            ("catch", "per_block" if catch.n_trials is None else "n_trials"),
            f"asks for {most} catch trials in a block of {n_trials} main trials, each "
            f"of which can be followed by one; ask for at most {n_trials} a block",
        )
