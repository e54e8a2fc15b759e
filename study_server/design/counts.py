"""How many trials of each kind a session has. Pure."""

from collections.abc import Iterator
from math import ceil

from study_server.design.faults import Fault
from study_server.design.parts.design import DesignPart
from study_server.design.parts.session import CatchPart
from study_server.design.treatments import treatments_of


def n_none_per_set(design: DesignPart, *, n_per_set: int) -> int:
    """Features of each set that one participant meets without a panel."""
    return round(design.none_share * n_per_set)


def n_foils_in(design: DesignPart, n_features: int) -> int:
    """Main trials of one participant that show a foil."""
    return int(design.foil_share * n_features + 1e-9)


def catch_per_block(
    catch: CatchPart, design: DesignPart, *, can_have: list[bool], rotation: int = 0
) -> list[int]:
    """Catch trials of each block.

    Args:
        can_have: for each block whether there is a panel that they can show.
        rotation: which blocks get one more where `n_trials` does not go up evenly.
    """
    panels = [index for index, can in enumerate(can_have) if can]
    counts = [0] * len(can_have)
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
    treatments = treatments_of(design)
    n_treatments = len(treatments)
    n_per_block = n_features
    if design.crossing == "lists":
        surplus = n_features % n_treatments
        noun = "conditions and panel sizes" if design.panel_sizes else "conditions"
        if n_features == 0 or surplus:
            yield Fault(
                ("design", "features"),
                f"{n_features} main features cannot be dealt evenly to {n_treatments} "
                f"{noun}; leave out {surplus} or add {n_treatments - surplus}",
            )
            return
        n_per_block = n_features // n_treatments
        n_per_block -= n_none_per_set(design, n_per_set=n_per_block)
        n_per_block -= ceil(n_foils_in(design, n_features) / n_treatments)
    if design.n_features_per_session is not None:
        n_per_block = design.n_features_per_session
        if n_per_block > n_features:
            yield Fault(
                ("design", "n_features_per_session"),
                f"is {n_per_block}, but there are {n_features} main features; ask for "
                "fewer or add features",
            )
    blocks = [True for each in treatments if each.has_panel] or [False]
    if design.crossing == "between":
        blocks = blocks[:1]
    n_trials = n_per_block * (design.n_ratings if design.task == "rating" else 1)
    most = max(catch_per_block(catch, design, can_have=blocks))
    limit = n_trials // 2 if design.order == "mixed" else n_trials
    if most > limit:
        yield Fault(
            ("catch", "per_block" if catch.n_trials is None else "n_trials"),
            f"asks for {most} catch trials in a block of {n_trials} main trials, of "
            f"which {limit} can be followed by one; ask for at most {limit} a block",
        )
