"""Feature accentuation: a photograph changed so that a feature responds more.

Source: Hamblin, Fel, Saha, Konkle & Alvarez (2024), Feature Accentuation: Revealing
    'What' Features Respond to in Natural Images, arXiv 2402.10039. The balance, the
    coverage-corrected opacity map and the crops are ours.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from generator.activations import Unit, feature_activations, find_units, network_view
from generator.balance import measure_pull
from generator.config import AccentuationConfig
from generator.errors import ConfigError, NoGradientError, NotFiniteError
from generator.features import FeatureId
from generator.layers import layer_activations, list_layers, undisturbed
from generator.metrics import latent_distances, structural_similarity_to
from generator.networks import Network
from generator.optimize import optimize
from generator.parameterization.choice import for_images
from generator.photographs import quantize
from generator.problem import Anchor, OnCrops, Problem
from generator.regularization import channel_norm, choose_layer
from generator.streams import JobStreams, content_id

_DARKEST = 0.49 / 255
"""An 8-bit black may stand for any value below half a level. The search starts there:
nearer to 0 the sigmoid is so flat that black and white areas could never change."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AccentuationJob:
    """One seed image and the feature to bring out in it."""

    seed_image: Tensor
    """(3, H, W) in [0, 1]."""

    feature: FeatureId
    rng_seed: int

    name: str = "picture"
    """What messages call the seed image, e.g. the photograph's path."""

    def streams(self) -> JobStreams:
        """Its random streams: they depend on the pixels, the feature and the seed."""
        pixels = self.seed_image.detach().cpu().float().contiguous().numpy().tobytes()
        job_id = content_id(pixels, str(self.feature))
        return JobStreams(rng_seed=self.rng_seed, job_id=job_id)


OnNoGradient = Callable[[AccentuationJob, NoGradientError], None]
"""Told of a job whose feature responds to no change of its seed image."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Accentuation:
    """A finished accentuation and everything measured of it. Tensors are on the CPU."""

    job: AccentuationJob

    image: Tensor
    """(3, H, W) in [0, 1], in the 256 levels that a PNG keeps."""

    opacity_map: Tensor
    """(H, W), not negative: where the feature saw something, for equal coverage."""

    raw_map: Tensor
    """(3, H, W): sum over steps of the absolute gradient of the objective."""

    coverage: Tensor
    """(H, W): the same sum for a spatially uniform objective."""

    activation_before: float
    """Of the seed image, whole and un-augmented."""

    activation_after: float
    """Of `image`, whole and un-augmented."""

    latent_distance: float
    """Mean channel distance to the seed image at the regularization layer."""

    latent_distance_relative: float
    """The same over the seed image's own norm."""

    ssim: float
    """Structural similarity to the seed image."""

    regularization_layer: str
    regularization_weight: float
    """λ, in units of the balance."""

    balance: float
    """b: objective gradient over penalty gradient at the start, L1 norms."""

    n_steps: int


def accentuate(
    network: Network,
    jobs: Sequence[AccentuationJob],
    config: AccentuationConfig,
    *,
    on_crops: OnCrops | None = None,
    on_no_gradient: OnNoGradient | None = None,
) -> list[Accentuation]:
    """Accentuate seed images, several at once; results in the order of the jobs.

    Jobs share passes through the network but neither chance nor numbers: a job ends
    at the same picture alone and in any batch, up to the rounding of kernels that
    differ with the batch's shape (2e-7 after 100 steps on a smooth network; where
    ReLUs switch, more). The same jobs in the same call give the same bytes on the
    same machine and versions.

    Args:
        on_crops: told of progress; `config.crops_per_job` crops for each job, also
            for one that is refused.
        on_no_gradient: called for a job whose feature responds to no change of the
            seed image; that job has no result. None: the error is raised.

    Raises:
        LayerNotFoundError, FeatureNotFoundError: the network has no such feature.
        NoGradientError: see `on_no_gradient`.
        NotFiniteError: a search ended in values that are not numbers.
    """
    found = accentuate_each(
        network, jobs, config, on_crops=on_crops, on_no_gradient=on_no_gradient
    )
    by_job = {id(accentuation.job): accentuation for accentuation in found}
    return [by_job[id(job)] for job in jobs if id(job) in by_job]


def accentuate_each(
    network: Network,
    jobs: Sequence[AccentuationJob],
    config: AccentuationConfig,
    *,
    on_crops: OnCrops | None = None,
    on_no_gradient: OnNoGradient | None = None,
) -> Iterator[Accentuation]:
    """As `accentuate`, but hands each result out as soon as its batch is finished."""
    for layer, batch in _batches(network, jobs, config):
        with undisturbed(network.module):
            prepared, refused = _prepare(network, batch, layer, config, on_crops)
            for job in refused:
                _refuse(job, on_no_gradient)
            if refused and on_crops is not None:  # the steps they do not take
                on_crops(len(refused) * config.steps * config.draws_per_step)
            finished = _run(prepared, config, on_crops) if prepared.jobs else []
        yield from finished


def _refuse(job: AccentuationJob, on_no_gradient: OnNoGradient | None) -> None:
    error = NoGradientError(
        f"{job.feature} does not respond to any change of {job.name}: its gradient is "
        "exactly zero on every crop, so there is nothing to bring out. Choose another "
        "feature for this photograph, or another photograph."
    )
    if on_no_gradient is None:
        raise error
    on_no_gradient(job, error)


def _batches(
    network: Network, jobs: Sequence[AccentuationJob], config: AccentuationConfig
) -> Iterator[tuple[str, list[tuple[AccentuationJob, Unit]]]]:
    """Jobs of one regularization layer and one canvas size, as many as fit a pass."""
    units = find_units(network, [job.feature for job in jobs])
    layers = list_layers(network)
    wanted = config.regularization_layer
    groups: dict[tuple[str, torch.Size], list[tuple[AccentuationJob, Unit]]] = {}
    for job, unit in zip(jobs, units, strict=True):
        _check_image(job)
        layer = choose_layer(network.module, layers, wanted=wanted, feature=unit.layer)
        groups.setdefault((layer, job.seed_image.shape), []).append((job, unit))
    size = config.jobs_per_pass(network.preprocessing.input_px)
    for (layer, _), members in groups.items():
        for first in range(0, len(members), size):
            yield layer, members[first : first + size]


def _check_image(job: AccentuationJob) -> None:
    shape = tuple(job.seed_image.shape)
    if len(shape) != 3 or shape[0] != 3 or min(shape[1:]) < 8:
        raise ConfigError(
            f"a seed image is (3, height, width), sides from 8 pixels; got {shape}"
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Prepared:
    """A batch of jobs that can move, ready for the loop."""

    jobs: list[AccentuationJob]
    problem: Problem
    anchor: Anchor
    balance: Tensor
    """(J,)."""


def _prepare(
    network: Network,
    batch: list[tuple[AccentuationJob, Unit]],
    layer: str,
    config: AccentuationConfig,
    on_crops: OnCrops | None,
) -> tuple[_Prepared, list[AccentuationJob]]:
    """Measure the balance, and part the jobs that can move from those that cannot."""
    problem, anchor = _pose(network, batch, layer, config)
    pull = measure_pull(
        problem,
        problem.parameterization.from_image(_softened(anchor.seed_images)),
        n_draws=config.balance_draws,
        offset=config.balance_offset,
        on_crops=on_crops,
    )
    if not torch.isfinite(pull.objective).all():
        raise NotFiniteError(
            f"{network.name} answers with values that are not numbers; "
            "check its weights and preprocessing"
        )
    moves = (pull.objective > 0).tolist()
    refused = [job for (job, _), can in zip(batch, moves, strict=True) if not can]
    movable = [member for member, can in zip(batch, moves, strict=True) if can]
    balance = pull.balance()[pull.objective > 0]
    if refused and movable:
        problem, anchor = _pose(network, movable, layer, config)
    prepared = _Prepared(
        jobs=[job for job, _ in movable],
        problem=problem,
        anchor=anchor,
        balance=balance,
    )
    return prepared, refused


def _pose(
    network: Network,
    batch: list[tuple[AccentuationJob, Unit]],
    layer: str,
    config: AccentuationConfig,
) -> tuple[Problem, Anchor]:
    seeds = torch.stack([job.seed_image for job, _ in batch])
    seeds = seeds.detach().float().to(network.device)
    with torch.no_grad():
        view = network_view(network, seeds)
        norm = channel_norm(layer_activations(network.module, view, [layer])[layer])
    anchor = Anchor(
        seed_images=seeds, layer=layer, smoothing=config.distance_smoothing * norm
    )
    problem = Problem(
        network=network,
        parameterization=for_images(config, _softened(seeds)),
        units=[unit for _, unit in batch],
        streams=[job.streams() for job, _ in batch],
        config=config,
        anchor=anchor if config.regularization_weight > 0 else None,
    )
    return problem, anchor


def _softened(images: Tensor) -> Tensor:
    return images.clamp(_DARKEST, 1 - _DARKEST)


def _run(
    prepared: _Prepared, config: AccentuationConfig, on_crops: OnCrops | None
) -> list[Accentuation]:
    """Search, then measure what would be saved."""
    problem, anchor = prepared.problem, prepared.anchor
    parameterization = problem.parameterization
    found = optimize(
        problem,
        parameterization.from_image(_softened(anchor.seed_images)),
        pull_back=config.regularization_weight * prepared.balance,
        on_crops=on_crops,
    )
    with torch.no_grad():
        images = quantize(parameterization.to_image(found.parameters))
    features = [job.feature for job in prepared.jobs]
    before, after = (
        feature_activations(problem.network, canvases, features).diagonal()
        for canvases in (quantize(anchor.seed_images), images)
    )
    distances = latent_distances(
        problem.network, images, anchor.seed_images, anchor.layer
    )
    corrected = found.opacity.corrected()
    return [
        Accentuation(
            job=job,
            image=images[i].cpu(),
            opacity_map=corrected[i].cpu(),
            raw_map=found.opacity.raw[i].cpu(),
            coverage=found.opacity.coverage[i].cpu(),
            activation_before=float(before[i]),
            activation_after=float(after[i]),
            latent_distance=distances[i].absolute,
            latent_distance_relative=distances[i].relative,
            ssim=structural_similarity_to(images[i], anchor.seed_images[i]),
            regularization_layer=anchor.layer,
            regularization_weight=config.regularization_weight,
            balance=float(prepared.balance[i]),
            n_steps=config.steps,
        )
        for i, job in enumerate(prepared.jobs)
    ]
