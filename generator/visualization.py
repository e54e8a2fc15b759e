"""Feature visualization: pictures grown from noise, to show a feature on its own.

Source: Olah, Mordvintsev & Schubert (2017), Feature Visualization; with
    `fourier_phase`, Fel et al. (2023), arXiv 2306.06805.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from generator.activations import feature_activations
from generator.balance import measure_pull
from generator.capture import undisturbed
from generator.config import PROBE_DRAWS, VisualizationConfig
from generator.errors import ConfigError, NoGradientError
from generator.features import Feature
from generator.goals.stopping import search_until
from generator.networks import Network
from generator.objectives import Objective, find_objectives
from generator.opacity import OpacityAccumulator
from generator.optimize import OnIterate, optimize
from generator.parameterization.choice import for_noise
from generator.photographs import default_canvas_px, quantize
from generator.problem import OnCrops, Problem
from generator.spectrum import assumed_magnitude
from generator.steering import FixedPull
from generator.streams import JobStreams, content_id
from generator.trajectory import Snapshot, Trajectory


@dataclass(frozen=True, kw_only=True, slots=True)
class VisualizationJob:
    """One feature, and the seed of the noise its picture grows from."""

    feature: Feature
    rng_seed: int

    def streams(self) -> JobStreams:
        job_id = content_id("noise", str(self.feature))
        return JobStreams(rng_seed=self.rng_seed, job_id=job_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class StopAt:
    """An activation that pictures shall have."""

    activation: float
    """Of the whole, un-augmented picture."""

    tolerance: float
    """Error that is near enough."""


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
) -> list[FeatureVisualization]:
    """Grow a picture for each job from its own noise; results in the order given.

    Args:
        stop: activation at which growth ends. A picture that never comes so far is the
            highest on its way. None: all steps are taken.
        natural_magnitude: (3, N, N // 2 + 1) from `spectrum.natural_magnitude`, N the
            side of the picture; used by `fourier_phase`. None: a 1 / f fall-off.
        on_crops: told of progress; `config.crops_per_job` crops for each job.

    Raises:
        LayerNotFoundError, FeatureNotFoundError: the network has no such feature.
        NoGradientError: a feature responds to no change of its noise.
        NotFiniteError: a search ended in values that are not numbers.
    """
    side = config.canvas_px or default_canvas_px(network.preprocessing)
    magnitude = natural_magnitude
    if magnitude is None:
        magnitude = assumed_magnitude(side, side)
    if magnitude.shape != (3, side, side // 2 + 1):
        raise ConfigError(
            f"natural_magnitude must be {(3, side, side // 2 + 1)} for a canvas of "
            f"{side} pixels; got {tuple(magnitude.shape)}"
        )
    objectives = find_objectives(network, [job.feature for job in jobs])
    members = list(zip(jobs, objectives, strict=True))
    size = config.jobs_per_pass(network.preprocessing.input_px)
    finished: list[FeatureVisualization] = []
    with undisturbed(network.module):
        for first in range(0, len(members), size):
            batch = members[first : first + size]
            finished += _run(network, batch, config, magnitude, stop, on_crops)
    return finished


def _run(
    network: Network,
    batch: list[tuple[VisualizationJob, Objective]],
    config: VisualizationConfig,
    magnitude: Tensor,
    stop: StopAt | None,
    on_crops: OnCrops | None,
) -> Iterator[FeatureVisualization]:
    jobs = [job for job, _ in batch]
    streams = [job.streams() for job in jobs]
    parameterization = for_noise(config, magnitude.to(network.device))
    start = parameterization.random([s.rng("init") for s in streams])
    start = start.to(network.device)
    problem = Problem(
        network=network,
        parameterization=parameterization,
        objectives=[objective for _, objective in batch],
        streams=streams,
        config=config,
        seed_images=parameterization.to_image(
            start
        ),  # there is no penalty to read them
    )
    _check_movable(problem, jobs, start, on_crops)
    trajectory = Trajectory(parameterization, config)
    found = _grow(problem, jobs, start, stop, trajectory.see, on_crops)
    with torch.no_grad():
        images = quantize(problem.parameterization.to_image(found.parameters))
    activations = _activations(problem, jobs, found.parameters)
    corrected = found.opacity.corrected()
    for i, job in enumerate(jobs):
        yield FeatureVisualization(
            job=job,
            image=images[i].cpu(),
            opacity_map=corrected[i].cpu(),
            activation=float(activations[i]),
            n_steps=found.n_steps[i],
            trajectory=trajectory.of(i),
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Grown:
    """Where the pictures of a batch ended."""

    parameters: Tensor
    """(J, …)."""

    opacity: OpacityAccumulator
    n_steps: list[int]


def _grow(
    problem: Problem,
    jobs: list[VisualizationJob],
    start: Tensor,
    stop: StopAt | None,
    on_iterate: OnIterate,
    on_crops: OnCrops | None,
) -> _Grown:
    """Take all steps, or those up to the activation that is wanted."""
    steering = FixedPull(factors=start.new_zeros(len(jobs), 0))
    if stop is None:
        end = optimize(
            problem, start, steering=steering, on_iterate=on_iterate, on_crops=on_crops
        )
        return _Grown(
            parameters=end.parameters,
            opacity=end.opacity,
            n_steps=[end.n_steps] * len(jobs),
        )
    reached = search_until(
        problem,
        start,
        steering=steering,
        measure=lambda parameters: _activations(problem, jobs, parameters),
        wanted=[stop.activation] * len(jobs),
        tolerance=[stop.tolerance] * len(jobs),
        on_iterate=on_iterate,
        on_crops=on_crops,
    )
    return _Grown(
        parameters=reached.parameters,
        opacity=reached.opacity,
        n_steps=[stand.n_steps for stand in reached.stands],
    )


def _activations(
    problem: Problem, jobs: list[VisualizationJob], parameters: Tensor
) -> Tensor:
    """(J,) of each picture as it would be saved, whole and un-augmented."""
    with torch.no_grad():
        images = quantize(problem.parameterization.to_image(parameters))
    features = [job.feature for job in jobs]
    return feature_activations(problem.network, images, features).diagonal().double()


def _check_movable(
    problem: Problem,
    jobs: list[VisualizationJob],
    start: Tensor,
    on_crops: OnCrops | None,
) -> None:
    pull = measure_pull(
        problem, start, n_draws=PROBE_DRAWS, offset=0.0, on_crops=on_crops
    )
    for job, strength in zip(jobs, pull.objective.tolist(), strict=True):
        if strength == 0:
            raise NoGradientError(
                f"{job.feature} does not respond to any change of the noise of "
                f"rng_seed {job.rng_seed}: its gradient is exactly zero on every crop. "
                "Try another rng_seed."
            )
