"""Feature visualization: pictures grown from noise, to show a feature on its own.

Source: Olah, Mordvintsev & Schubert (2017), Feature Visualization; with
    `fourier_phase`, Fel et al. (2023), arXiv 2306.06805.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from generator.activations import feature_activations
from generator.capture import undisturbed
from generator.config import PROBE_DRAWS, VisualizationConfig
from generator.determinism import reproducible
from generator.errors import (
    ConfigError,
    GeneratorError,
    NoGradientError,
    NotFiniteError,
)
from generator.feature_lookup import find_objectives
from generator.features import Feature
from generator.goals.growth import StopAt, grow
from generator.networks import Network
from generator.objectives import Objective
from generator.parameterization.choice import for_noise
from generator.parameterization.natural_spectrum import shipped_spectrum
from generator.penalties.set_similarity import SetSimilarity
from generator.photographs import default_canvas_px, quantize
from generator.search.balance import Pull, measure_pull
from generator.search.packing import jobs_per_pass
from generator.search.precision import PrecisionFacts, check_precision
from generator.search.precision_check import choose_precision
from generator.search.problem import OnCrops, Problem
from generator.search.regularization import choose_layer
from generator.search.steering import FixedPull
from generator.search.tf32 import float32_products
from generator.search.trajectory import Snapshot, Trajectory
from generator.streams import JobStreams, content_id


@dataclass(frozen=True, kw_only=True, slots=True)
class VisualizationJob:
    """One feature, and the seed of the noise its picture grows from."""

    feature: Feature
    rng_seed: int

    def streams(self) -> JobStreams:
        job_id = content_id("noise", str(self.feature))
        return JobStreams(rng_seed=self.rng_seed, job_id=job_id)


OnNoPicture = Callable[[VisualizationJob, GeneratorError], None]
"""Told of a job of which no picture is made: a NoGradientError where its feature
responds to no change of its noise, a NotFiniteError where its numbers break."""

_Member = tuple[VisualizationJob, Objective]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _NoPicture:
    """A job without a picture."""

    job: VisualizationJob
    error: GeneratorError


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FeatureVisualization:
    """A finished visualization. Tensors are on the CPU."""

    job: VisualizationJob

    image: Tensor
    """(3, N, N) in [0, 1], in the 256 levels that a PNG keeps."""

    opacity_map: Tensor
    """(N, N), not negative: where the feature saw something, for equal coverage."""

    activation: float
    """Of `image`, whole and un-augmented."""

    n_steps: int

    precision: PrecisionFacts
    """How the network computed while it was searched."""

    trajectory: tuple[Snapshot, ...] = ()
    """The picture at some steps of the search, the noise first."""


def visualize(
    network: Network,
    jobs: Sequence[VisualizationJob],
    config: VisualizationConfig,
    *,
    natural_magnitude: Tensor | None = None,
    stop: StopAt | None = None,
    on_crops: OnCrops | None = None,
    on_refused: OnNoPicture | None = None,
) -> list[FeatureVisualization]:
    """Grow a picture for each job from its own noise; results in the order given.

    With a `diversity_weight`, the jobs of one feature are a set: they are searched
    together and depend on each other, but on no other job.

    Args:
        natural_magnitude: (3, N, N // 2 + 1) of a `NaturalSpectrum`, N the side of the
            picture; used by `fourier_phase`. None: the one that the package brings.
        stop: activation at which growth ends. A picture that never comes so far is the
            highest on its way. None: all steps are taken.
        on_crops: told of progress; `config.crops_per_job` crops for each job.
        on_refused: called for a job whose feature responds to no change of its noise,
            or whose numbers break; that job has no result and the others are finished.
            None: the error is raised.

    Raises:
        LayerNotFoundError, FeatureNotFoundError: the network has no such feature.
        NoGradientError, NotFiniteError: see `on_refused`.
    """
    side = config.canvas_px or default_canvas_px(network.preprocessing)
    magnitude = natural_magnitude
    if magnitude is None:
        magnitude = shipped_spectrum().resized(side, side)
    if magnitude.shape != (3, side, side // 2 + 1):
        raise ConfigError(
            f"natural_magnitude must be {(3, side, side // 2 + 1)} for a canvas of "
            f"{side} pixels; got {tuple(magnitude.shape)}"
        )
    objectives = find_objectives(network, [job.feature for job in jobs])
    members = list(zip(jobs, objectives, strict=True))
    made: dict[int, FeatureVisualization] = {}
    check_precision(network, config.precision)
    with (
        undisturbed(network.module),
        float32_products(tf32=False),
        reproducible(config.deterministic),
    ):
        for batch in _batches(network, members, config):
            for one in _run(network, batch, config, magnitude, stop, on_crops):
                if isinstance(one, FeatureVisualization):
                    made[id(one.job)] = one
                elif on_refused is None:
                    raise one.error
                else:
                    on_refused(one.job, one.error)
    return [made[id(job)] for job in jobs if id(job) in made]


def _batches(
    network: Network, members: list[_Member], config: VisualizationConfig
) -> Iterator[list[_Member]]:
    """As many as fit a pass; or, for diversity, each feature's on their own."""
    if config.diversity_weight > 0:
        sets: dict[Feature, list[_Member]] = {}
        for member in members:
            sets.setdefault(member[0].feature, []).append(member)
        yield from sets.values()
        return
    size = jobs_per_pass(network, config)
    for first in range(0, len(members), size):
        yield members[first : first + size]


def _run(
    network: Network,
    batch: list[_Member],
    config: VisualizationConfig,
    magnitude: Tensor,
    stop: StopAt | None,
    on_crops: OnCrops | None,
) -> Iterator[FeatureVisualization | _NoPicture]:
    """Search for the pictures of one batch, without the jobs that cannot move."""
    problem, start = _pose(network, batch, config, magnitude)
    pull = measure_pull(
        problem, start, n_draws=PROBE_DRAWS, offset=0.0, on_crops=on_crops
    )
    refused = _refusals(pull, [job for job, _ in batch])
    yield from refused.values()
    movable = [place for place in range(len(batch)) if place not in refused]
    if refused and on_crops is not None:  # the steps they do not take
        on_crops(len(refused) * config.steps * config.draws_per_step)
    if not movable:
        return
    balance = pull.balance()[movable]
    batch = [batch[place] for place in movable]
    if refused:
        problem, start = _pose(network, batch, config, magnitude)
    jobs = [job for job, _ in batch]
    factors = config.diversity_weight * balance
    problem, precisions = choose_precision(problem, start, factors=factors)
    trajectory = Trajectory(problem.parameterization, config)
    features = [job.feature for job in jobs]
    found = grow(
        problem,
        features,
        start,
        stop=stop,
        steering=FixedPull(factors=factors),
        on_iterate=trajectory.see,
        on_crops=on_crops,
    )
    with torch.no_grad():
        images = quantize(problem.parameterization.to_image(found.parameters))
    activations = feature_activations(network, images, features).diagonal()
    corrected = found.opacity.corrected()
    for i, job in enumerate(jobs):
        if not found.is_finite[i]:
            yield _broken_at_the_end(job, config.learning_rate)
            continue
        yield FeatureVisualization(
            job=job,
            image=images[i].cpu(),
            opacity_map=corrected[i].cpu(),
            activation=float(activations[i]),
            n_steps=found.n_steps[i],
            trajectory=trajectory.of(i),
            precision=precisions[i],
        )


def _pose(
    network: Network,
    batch: list[_Member],
    config: VisualizationConfig,
    magnitude: Tensor,
) -> tuple[Problem, Tensor]:
    """The search of a batch, and the parameters (J, …) of its noise."""
    streams = [job.streams() for job, _ in batch]
    parameterization = for_noise(config, magnitude.to(network.device))
    start = parameterization.random([s.rng("init") for s in streams])
    start = start.to(network.device)
    problem = Problem(
        network=network,
        parameterization=parameterization,
        objectives=[objective for _, objective in batch],
        streams=streams,
        config=config,
        seed_images=parameterization.to_image(start),  # the noise itself
        canvas=_diversity(network, batch[0][1], config),
    )
    return problem, start


def _diversity(
    network: Network, objective: Objective, config: VisualizationConfig
) -> list[SetSimilarity]:
    if config.diversity_weight == 0:
        return []
    order = [layer.name for layer in network.layers]
    layer = choose_layer(
        network.module,
        network.layers,
        wanted=config.diversity_layer,
        feature=max(objective.layers, key=order.index),
    )
    return [SetSimilarity(network=network, layer=layer)]


def _refusals(pull: Pull, jobs: list[VisualizationJob]) -> dict[int, _NoPicture]:
    """By their places, the jobs that cannot be searched for, and why."""
    found: dict[int, _NoPicture] = {}
    for place, (job, is_finite, strength) in enumerate(
        zip(jobs, pull.is_finite.tolist(), pull.objective.tolist(), strict=True)
    ):
        noise = f"the noise of rng_seed {job.rng_seed}"
        if not is_finite:
            error: GeneratorError = NotFiniteError(
                f"{job.feature} of {noise} has values or gradients that are not "
                "numbers; check the feature, and the network's weights and "
                "preprocessing"
            )
            found[place] = _NoPicture(job=job, error=error)
        elif strength == 0:
            error = NoGradientError(
                f"{job.feature} does not respond to any change of {noise}: its "
                "gradient is exactly zero on every crop. Try another rng_seed."
            )
            found[place] = _NoPicture(job=job, error=error)
    return found


def _broken_at_the_end(job: VisualizationJob, learning_rate: float) -> _NoPicture:
    return _NoPicture(
        job=job,
        error=NotFiniteError(
            f"the search for {job.feature} from the noise of rng_seed {job.rng_seed} "
            "ended in values that are not numbers; try a learning_rate below "
            f"{learning_rate:g}"
        ),
    )
