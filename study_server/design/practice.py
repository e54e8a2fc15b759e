"""The practice trials of a session: every round, with new items each. Pure."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from study_server.bundle import Feature
from study_server.design.draw import Draw
from study_server.design.fit import practice_trials_per_round
from study_server.design.items import Item, all_items
from study_server.design.planned import PlannedTrial
from study_server.design.sides import SIDES
from study_server.design.treatments import WITHOUT_PANEL, Treatment

Candidate = tuple[Feature, Item]


def practice_trials(
    draw: Draw, treatments: Sequence[Treatment]
) -> Iterator[PlannedTrial]:
    """All rounds in order; later ones are for whoever does not pass before.

    Whoever never sees a panel has nothing to practise.

    Args:
        treatments: of the session, in the order of its blocks.
    """
    n_trials = practice_trials_per_round(draw.parts)
    practised = _practised(draw, treatments)
    if n_trials == 0 or practised == [WITHOUT_PANEL]:
        return
    candidates = _candidates(draw)
    for practice_round in range(draw.parts.practice.max_rounds):
        chosen = _chosen(draw, candidates, practice_round, n_trials)
        sides = draw.sides(n_trials, extra=draw.rng.choice(SIDES))
        for number, (feature, item) in enumerate(chosen):
            yield draw.trial(
                item,
                feature,
                practised[number % len(practised)],
                sides[number],
                trial_kind="practice",
                practice_round=practice_round,
            )


def _practised(draw: Draw, treatments: Sequence[Treatment]) -> list[Treatment]:
    """One of each condition, the first that the session has; no foil."""
    first: dict[str, Treatment] = {}
    for treatment in treatments:
        if treatment.condition not in draw.parts.design.foils:
            first.setdefault(treatment.condition, treatment)
    return list(first.values())


def _candidates(draw: Draw) -> list[Candidate]:
    """Everything that can be practised, the features taking turns."""
    features = {feature.feature_id: feature for feature in draw.bundle.features}
    of_each = [
        [
            (features[name], item)
            for item in all_items(draw.parts.design, draw.bundle, features[name])
        ]
        for name in draw.parts.design.practice_features
    ]
    return [
        candidate
        for row in zip_longest(*of_each)
        for candidate in row
        if candidate is not None
    ]


def _chosen(
    draw: Draw, candidates: list[Candidate], practice_round: int, n_trials: int
) -> list[Candidate]:
    """The items of one round; the obvious ones come first."""
    n_obvious = draw.parts.practice.n_obvious
    n_all = len(candidates)
    if n_obvious == 0:
        first = practice_round * n_trials
        return [candidates[(first + i) % n_all] for i in range(n_trials)]
    by_gap = sorted(candidates, key=lambda c: -(c[1].activation_gap or 0))
    n_others = n_trials - n_obvious
    first_other = n_all - 1 - practice_round * n_others
    obvious = [
        by_gap[(practice_round * n_obvious + i) % n_all] for i in range(n_obvious)
    ]
    others = [by_gap[(first_other - i) % n_all] for i in range(n_others)]
    return [*obvious, *others]
