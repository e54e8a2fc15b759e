"""What is searched for: objectives, penalties and their gradients for many jobs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from generator.capture import layer_activations
from generator.config import SearchConfig
from generator.networks import Network
from generator.objectives import Objective
from generator.parameterization import Parameterization
from generator.penalties import CanvasTerm, LatentTerm
from generator.search.lean_network import lean_network
from generator.search.passes import Part, PassSize, is_out_of_memory, parts
from generator.search.precision import Passage, lower_passage
from generator.search.transforms import Draws, draw
from generator.streams import JobStreams

OnCrops = Callable[[int], None]
"""Told of progress: so many more crops went through the network."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Problem:
    """J jobs that are searched together; each keeps its own chance and result."""

    network: Network
    parameterization: Parameterization

    objectives: Sequence[Objective]
    """One for each job."""

    streams: list[JobStreams]
    config: SearchConfig

    seed_images: Tensor
    """(J, 3, H, W) in [0, 1]; read by penalties only."""

    latent: Sequence[LatentTerm] = ()
    canvas: Sequence[CanvasTerm] = ()

    latent_weights: Tensor | None = None
    """(J, H, W) in [0, 1]: how much each place counts in latent distances. None: all
    the same."""

    passes: PassSize = field(default_factory=PassSize)

    is_lower: Sequence[bool] = ()
    """For each job whether it goes through the network in the config's lower
    precision. Empty: none does."""

    lean: Network = field(init=False)
    """The network as passes go through it."""

    lower: Passage | None = field(init=False)
    """How those in the config's lower precision do; None: there are none."""

    def __post_init__(self) -> None:
        lower = lower_passage(self.network, self.layers, self.config.precision)
        object.__setattr__(self, "lean", lean_network(self.network, self.layers))
        object.__setattr__(self, "lower", lower)

    def passage(self, part: Part, *, in_full: bool) -> Passage:
        """How a pass whose jobs go alike goes through the network."""
        is_lower = bool(self.is_lower) and self.is_lower[part.jobs.start]
        if in_full or not is_lower or self.lower is None:
            return Passage(network=self.lean)
        return self.lower

    @property
    def layers(self) -> frozenset[str]:
        """All that the search looks at."""
        anchors = {penalty.layer for penalty in self.latent}
        return frozenset(anchors.union(*(one.layers for one in self.objectives)))

    @property
    def penalties(self) -> list[LatentTerm | CanvasTerm]:
        """All K of them, latent ones first."""
        return [*self.latent, *self.canvas]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Gradients:
    """Of one set of draws, with respect to the canvases, (J, 3, H, W)."""

    objective: Tensor

    penalties: tuple[Tensor, ...]
    """One for each penalty."""

    distances: Tensor
    """(J, K) value of each penalty, mean over draws."""

    def combined(self, pull_back: Tensor) -> Tensor:
        """The gradient of the loss: penalties, weighted by (J, K), less objective."""
        uphill = -self.objective
        for k, penalty in enumerate(self.penalties):
            uphill = uphill + pull_back[:, k].view(-1, 1, 1, 1) * penalty
        return uphill


def draw_for(
    problem: Problem,
    canvases: Tensor,
    step: int,
    *,
    for_balance: int | None = None,
    for_evaluation: int | None = None,
) -> Draws:
    """The draws of one step, fitting these canvases (J, 3, H, W)."""
    height, width = canvases.shape[-2:]
    return draw(
        problem.streams,
        problem.config,
        step=step,
        input_px=problem.network.preprocessing.input_px,
        canvas_size=(height, width),
        like=canvases,
        for_balance=for_balance,
        for_evaluation=for_evaluation,
    )


def gradients(
    problem: Problem, canvases: Tensor, draws: Draws, *, in_full: bool = False
) -> Gradients:
    """∂A/∂canvas and each ∂d/∂canvas, summed over nothing but its own job.

    Crops go through the network in passes, whose gradients add up. Where memory runs
    out the same crops are tried again in smaller passes.

    Args:
        in_full: in full precision for every job.

    Raises:
        OutOfMemoryError: a single crop does not fit.
    """
    totals = _Totals(problem, canvases)
    whole = parts(problem.passes, *draws.shape)
    pending = [part for one in whole for part in one.alike(problem.is_lower)]
    while pending:
        part = pending.pop(0)
        passage = problem.passage(part, in_full=in_full)
        try:
            found = _pass_gradients(problem, passage, canvases, draws, part)
            totals.add(part, found)
        except (torch.OutOfMemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            is_fixed = problem.config.deterministic
            problem.passes.halve(part.n_crops, is_fixed=is_fixed)
            pending = [half for whole in (part, *pending) for half in whole.halves()]
    for penalty in problem.canvas:
        totals.add_canvas(penalty)
    return totals.finished()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _PassGradients:
    """Of the crops of one pass, for its own jobs."""

    objective: Tensor
    latent: list[Tensor]
    distances: Tensor
    """(jobs, latent penalties), their share of the mean over draws."""


class _Totals:
    """Adds the passes of one step up."""

    def __init__(self, problem: Problem, canvases: Tensor) -> None:
        self.problem = problem
        self.canvases = canvases
        self.objective = torch.zeros_like(canvases)
        self.penalties = [torch.zeros_like(canvases) for _ in problem.latent]
        n_latent = len(problem.latent)
        self.distances = [canvases.new_zeros(len(canvases)) for _ in range(n_latent)]

    def add(self, part: Part, found: _PassGradients) -> None:
        jobs = part.rows
        self.objective[jobs] += found.objective
        for k, gradient in enumerate(found.latent):
            self.penalties[k][jobs] += gradient
            self.distances[k][jobs] += found.distances[:, k]

    def add_canvas(self, penalty: CanvasTerm) -> None:
        leaf = self.canvases.detach().requires_grad_()
        values = penalty.values(leaf, self.problem.seed_images)
        self.penalties.append(_gradient(values, leaf))
        self.distances.append(values.detach())

    def finished(self) -> Gradients:
        n_jobs = len(self.canvases)
        return Gradients(
            objective=self.objective,
            penalties=tuple(self.penalties),
            distances=torch.stack(self.distances, dim=1)
            if self.distances
            else self.canvases.new_zeros(n_jobs, 0),
        )


def _pass_gradients(
    problem: Problem, passage: Passage, canvases: Tensor, draws: Draws, part: Part
) -> _PassGradients:
    """One pass forward, and one back for the objective and for each latent penalty.

    The seed images go only as deep as the penalties' layers, without gradient, through
    the same draws; a penalty's backward pass starts at its own layer.
    """
    jobs, here = part.rows, part.of(draws)
    objectives = problem.objectives[jobs]
    anchors = {penalty.layer for penalty in problem.latent}
    names = anchors.union(*(objective.layers for objective in objectives))
    preprocessing = problem.network.preprocessing
    pictures = [canvases[jobs].detach()]
    if anchors:
        pictures.append(problem.seed_images[jobs])
    leaf, *beside = here.all_to_network(pictures, preprocessing)
    with torch.no_grad():
        near = _look(passage, beside[0], anchors) if anchors else {}
    del beside
    leaf = leaf.requires_grad_()
    seen = _look(passage, leaf, names)
    n_draws = draws.shape[1]
    score = _scores(seen, objectives, len(part.draws)).sum() / n_draws
    job = torch.arange(part.jobs.start, part.jobs.stop, device=canvases.device)
    of_crop = job.repeat_interleave(len(part.draws))
    weights = None
    if problem.latent_weights is not None:
        weights = here.show(problem.latent_weights[jobs])
    values = [
        penalty.values(seen[penalty.layer], near[penalty.layer], of_crop, weights)
        / n_draws
        for penalty in problem.latent
    ]
    with passage.arithmetic():
        uphill = [
            _gradient(value, leaf, keep_graph=k < len(values))
            for k, value in enumerate([score, *values])
        ]
    objective, *latent = here.back_from_network(uphill, preprocessing)
    per_job = [value.detach().view(len(part.jobs), -1).sum(1) for value in values]
    return _PassGradients(
        objective=objective,
        latent=latent,
        distances=torch.stack(per_job, dim=1) if per_job else job.new_zeros(0, 0),
    )


def _look(passage: Passage, crops: Tensor, names: set[str]) -> dict[str, Tensor]:
    """What the crops (B, 3, M, M) make of the layers named."""
    with passage.arithmetic():
        return layer_activations(passage.network, crops, names)


def _scores(
    seen: dict[str, Tensor], objectives: Sequence[Objective], n_draws: int
) -> Tensor:
    """(jobs · draws,) value of each crop under its own job's objective."""
    scores = []
    for job, objective in enumerate(objectives):
        rows = slice(job * n_draws, (job + 1) * n_draws)
        own = {name: seen[name][rows] for name in objective.layers}
        scores.append(objective(own))
    return torch.cat(scores)


def _gradient(values: Tensor, leaf: Tensor, *, keep_graph: bool = False) -> Tensor:
    if not values.requires_grad:  # nothing of it depends on the canvases
        return torch.zeros_like(leaf)
    (gradient,) = torch.autograd.grad(values.sum(), leaf, retain_graph=keep_graph)
    return gradient
