"""Does a search that runs out of memory go on, and end at the same picture?"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from generator.objectives import Objective
from generator.preparation import Prepared
from generator.verification.check import Bound, Measured, Rule
from generator.verification.searches import search
from generator.verification.subject import Subject

_ROOM = 2
"""Crops that fit into the pretended memory."""


class _Tight:
    """An objective on a device with room for few crops."""

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.n_refusals = 0

    @property
    def layers(self) -> frozenset[str]:
        return self.objective.layers

    def __call__(self, activations: Mapping[str, Any]) -> Tensor:
        if any(len(seen) > _ROOM for seen in activations.values()):
            self.n_refusals += 1
            raise torch.OutOfMemoryError("pretended: out of memory")
        return self.objective(activations)


def _out_of_memory(subject: Subject) -> Measured:
    config = subject.config(draws_per_step=4, steps=3)
    (job,) = subject.jobs(1)
    tight: list[_Tight] = []

    def make_tight(prepared: Prepared) -> None:
        tight.extend(_Tight(one) for one in prepared.problem.objectives)
        object.__setattr__(prepared.problem, "objectives", tight)

    roomy = search(subject.network, [job], config)
    cramped = search(subject.network, [job], config, before=make_tight)
    if not any(one.n_refusals for one in tight):
        raise RuntimeError("the pretended memory never ran out")
    return Measured(
        value=float((roomy - cramped).abs().max()),
        detail=f"{config.draws_per_step} crops where {_ROOM} fit; refused "
        f"{sum(one.n_refusals for one in tight)} times",
    )


RULES = (
    Rule(
        id="out_of_memory",
        target="A6",
        sentence="A search that runs out of memory goes on in smaller passes and ends "
        "at a picture that differs by value at most.",
        bound=Bound(high=1e-4),
        measure=_out_of_memory,
    ),
)
