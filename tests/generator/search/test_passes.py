"""Passes through the network: any size gives the same sums, also out of memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor

from generator.config import AccentuationConfig
from generator.errors import OutOfMemoryError
from generator.objectives import Objective, Unit
from generator.parameterization.choice import for_images
from generator.penalties.latent import LatentPenalty
from generator.search.passes import Part, PassSize
from generator.search.problem import Gradients, Problem, draw_for, gradients
from generator.streams import JobStreams
from tests.generator.toy_network import picture, toy_network

LOGIT = Unit(layer="logit", index=1, label=None)


@dataclass(frozen=True)
class Watched:
    """The same logit, after something is done with the number of crops."""

    on_crops: Callable[[int], None]
    layers: frozenset[str] = field(default=frozenset({"logit"}))

    def __call__(self, activations: Mapping[str, Tensor]) -> Tensor:
        self.on_crops(len(activations["logit"]))
        return LOGIT(activations)


def posed(objective: Objective, passes: PassSize) -> Problem:
    seeds = torch.stack([picture(rng_seed=seed) for seed in range(3)])
    config = AccentuationConfig(draws_per_step=5)
    return Problem(
        network=toy_network(),
        parameterization=for_images(config, seeds),
        objectives=[objective] * 3,
        streams=[JobStreams(rng_seed=0, job_id=str(job)) for job in range(3)],
        config=config,
        seed_images=seeds,
        latent=[
            LatentPenalty(
                layer="conv1",
                weight=1.0,
                distance="l2",
                smoothing=torch.full((3,), 1e-4),
            )
        ],
        passes=passes,
    )


def found(problem: Problem) -> Gradients:
    canvases = (problem.seed_images + 0.05).clamp(0, 1)
    return gradients(problem, canvases, draw_for(problem, canvases, 0))


@pytest.mark.parametrize("n_crops", [1, 2, 4, 5, 7, 10, 14, 15, 99])
def test_passes_of_any_size_give_the_same_gradients(n_crops: int) -> None:
    whole = found(posed(LOGIT, PassSize()))
    parted = found(posed(LOGIT, PassSize(n_crops=n_crops)))

    assert torch.allclose(parted.objective, whole.objective, atol=1e-7)
    assert torch.allclose(parted.penalties[0], whole.penalties[0], atol=1e-7)
    assert torch.allclose(parted.distances, whole.distances, atol=1e-6)


@pytest.mark.parametrize("most", [1, 2, 4])
def test_out_of_memory_goes_on_with_the_same_crops_in_smaller_passes(
    most: int,
) -> None:
    """The objective sees a job's crops: out of memory above some of them."""
    sizes: list[int] = []

    def run_out(n_crops: int) -> None:
        sizes.append(n_crops)
        if n_crops > most:
            raise torch.OutOfMemoryError("simulated")

    problem = posed(Watched(run_out), PassSize())

    parted = found(problem)

    whole = found(posed(LOGIT, PassSize()))
    assert torch.allclose(parted.objective, whole.objective, atol=1e-7)
    assert torch.allclose(parted.distances, whole.distances, atol=1e-6)
    assert max(sizes) > most
    sizes.clear()
    found(problem)
    assert max(sizes) <= most  # what was learned holds for the next step


def test_a_crop_that_does_not_fit_is_an_error_not_a_stale_result() -> None:
    def run_out(_n_crops: int) -> None:
        raise torch.OutOfMemoryError("simulated")

    with pytest.raises(OutOfMemoryError, match="one crop"):
        found(posed(Watched(run_out), PassSize()))


def test_other_errors_of_the_forward_pass_are_raised() -> None:
    def break_down(_n_crops: int) -> None:
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="do not fit"):
        found(posed(Watched(break_down), PassSize()))


def test_a_part_is_cut_where_its_jobs_change_their_kind() -> None:
    whole = Part(range(1, 6), range(3))

    cut = list(whole.alike([True, True, True, False, False, True]))

    assert [part.jobs for part in cut] == [range(1, 3), range(3, 5), range(5, 6)]
    assert all(part.draws == range(3) for part in cut)
    assert list(whole.alike([])) == [whole]
