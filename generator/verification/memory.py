"""Does a search that runs out of memory go on, and end at the same picture?"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from generator.capture import undisturbed
from generator.objectives import Objective
from generator.search.passes import PassSize
from generator.search.problem import Problem
from generator.verification.check import Bound, Measured, Rule
from generator.verification.gradients import pose_of
from generator.verification.searches import search
from generator.verification.subject import Subject

_ROOM = 1
"""Crops of a job that fit into the pretended memory."""


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


def _tightened(problem: Problem) -> tuple[Problem, list[_Tight]]:
    tight = [_Tight(objective) for objective in problem.objectives]
    return replace(problem, objectives=tight, passes=PassSize()), tight


def _out_of_memory(subject: Subject) -> Measured:
    """One step in float64, where rounding cannot be mistaken for a fault."""
    with undisturbed(subject.double.module):
        pose = pose_of(subject, "fourier")
        problem, tight = _tightened(pose.problem)
        _, roomy = pose.production()
        _, cramped = replace(pose, problem=problem).production()
    n_refusals = sum(one.n_refusals for one in tight)
    if not n_refusals:
        raise RuntimeError("the pretended memory never ran out")
    config = subject.config(draws_per_step=4, steps=2)
    ended = search(
        subject.network,
        subject.jobs(1),
        config,
        changed=lambda problem: _tightened(problem)[0],
    )
    if not torch.isfinite(ended).all():
        raise RuntimeError("a search in smaller passes ended in values not finite")
    return Measured(
        value=float((roomy - cramped).norm() / roomy.norm()),
        detail=f"room for {_ROOM} crop pretended; refused {n_refusals} times in one "
        "step; a whole search ran to its end",
    )


RULES = (
    Rule(
        id="out_of_memory",
        target="A6",
        sentence="A search that runs out of memory goes on in smaller passes; the "
        "gradient of the same step is then off by a fraction of value.",
        bound=Bound(high=1e-6),
        measure=_out_of_memory,
    ),
)
