"""Feature accentuation: a photograph changed so that a feature responds more.

Source: Hamblin, Fel, Saha, Konkle & Alvarez (2024), Feature Accentuation: Revealing
    'What' Features Respond to in Natural Images, arXiv 2402.10039. The balance, the
    coverage-corrected opacity map and the crops are ours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from generator.accentuation_job import AccentuationJob
from generator.capture import undisturbed
from generator.config import AccentuationConfig
from generator.determinism import reproducible
from generator.feature_lookup import find_objective
from generator.goals.budget_search import BudgetFacts, budget_search
from generator.goals.target import TargetFacts
from generator.jobs import write_whole
from generator.metrics import PictureMetrics, measure_pictures
from generator.networks import Network
from generator.penalties.facts import PenaltyFacts
from generator.photographs import quantize
from generator.search.opacity import OpacityAccumulator
from generator.search.optimize import Iterate, optimize
from generator.search.precision import PrecisionFacts
from generator.search.preparation import Prepared, batches, prepare
from generator.search.problem import OnCrops
from generator.search.refusals import OnRefused, Refusal, broken_at_the_end, report
from generator.search.regularization import recorded_layers
from generator.search.steering import FixedPull
from generator.search.tf32 import float32_products
from generator.search.trajectory import Snapshot, Trajectory


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

    metrics: PictureMetrics
    """Of `image`, whole and un-augmented, against the seed image."""

    regularization_layer: str
    regularization_weight: float
    """λ, in units of the balance."""

    balance: float
    """b: objective gradient over penalty gradient at the start, L1 norms; NaN without
    a penalty."""

    n_steps: int

    config: AccentuationConfig
    """The settings it was made with."""

    precision: PrecisionFacts
    """How the network computed while it was searched."""

    trajectory: tuple[Snapshot, ...] = ()
    """The picture at some steps of the search, the seed image first."""

    penalties: tuple[PenaltyFacts, ...] = ()
    """Everything that held the search back."""

    budget: BudgetFacts | None = None
    """What became of the distance budget, where the config has one."""

    target: TargetFacts | None = None
    """What became of the level of activation, where one was asked for."""

    @property
    def flag(self) -> str | None:
        """Why the picture misses what was asked for; None: it does not."""
        if self.budget is not None and self.budget.flag is not None:
            return self.budget.flag
        return None if self.target is None else self.target.flag

    @property
    def activation_before(self) -> float:
        """Of the seed image, whole and un-augmented."""
        return self.metrics.activation_before

    @property
    def activation_after(self) -> float:
        """Of `image`, whole and un-augmented."""
        return self.metrics.activation_after

    @property
    def ssim(self) -> float:
        """Structural similarity to the seed image."""
        return self.metrics.ssim

    @property
    def latent_distance(self) -> float:
        """Mean channel distance to the seed image at the regularization layer."""
        return self.metrics.latent[self.regularization_layer].absolute

    @property
    def latent_distance_relative(self) -> float:
        """The same over the seed image's own norm."""
        return self.metrics.latent[self.regularization_layer].relative

    def to_npz(self, path: Path) -> None:
        """Write every array as it is, float32, to one `.npz` file."""
        from generator.results.saved_accentuation import arrays_of, npz_bytes

        write_whole(path, npz_bytes(arrays_of(self)))

    def html(self) -> str:
        """Pictures and numbers as a piece of a page, e.g. for a notebook."""
        from generator.results.accentuation_html import accentuation_html

        return accentuation_html(self)

    @property
    def change(self) -> Tensor:
        """(3, H, W) signed: the picture less its seed image."""
        return self.image - quantize(self.job.seed_image.cpu().float())

    def save(self, folder: Path) -> Path:
        """Write the picture, its views, its raw arrays and its record.

        Returns:
            The picture's file.

        Raises:
            OutputError: the folder holds files already, or cannot be written to.
        """
        # Imported late: writing needs what measuring does not.
        from generator.results.result_folder import ResultFolder
        from generator.results.saved_accentuation import save_accentuation

        return save_accentuation(self, ResultFolder.create(folder)).picture


def accentuate(
    network: Network,
    jobs: Sequence[AccentuationJob],
    config: AccentuationConfig,
    *,
    on_crops: OnCrops | None = None,
    on_refused: OnRefused | None = None,
) -> list[Accentuation]:
    """Accentuate seed images, several at once; results in the order of the jobs.

    Jobs share passes through the network but neither chance nor numbers: a job ends
    at the same picture alone and in any batch, up to the rounding of kernels that
    differ with the batch's shape (2e-7 after 100 steps on a smooth network; where
    ReLUs switch, more). The same jobs in the same call give the same bytes on the
    same machine and versions; with `config.deterministic`, in every call.

    Args:
        on_crops: told of progress; `config.crops_per_job` crops for each job, also
            for one that is refused.
        on_refused: called for a job whose feature responds to no change of the seed
            image, or whose numbers break; that job has no result and the others are
            finished. None: the error is raised.

    Raises:
        LayerNotFoundError, FeatureNotFoundError: the network has no such feature.
        NoGradientError, NotFiniteError: see `on_refused`.
    """
    found = accentuate_each(
        network, jobs, config, on_crops=on_crops, on_refused=on_refused
    )
    by_job = {id(accentuation.job): accentuation for accentuation in found}
    return [by_job[id(job)] for job in jobs if id(job) in by_job]


def accentuate_each(
    network: Network,
    jobs: Sequence[AccentuationJob],
    config: AccentuationConfig,
    *,
    on_crops: OnCrops | None = None,
    on_refused: OnRefused | None = None,
) -> Iterator[Accentuation]:
    """As `accentuate`, but hands each result out as soon as its batch is finished."""
    for batch in batches(network, jobs, config):
        with (
            undisturbed(network.module),
            float32_products(tf32=False),
            reproducible(config.deterministic),
        ):
            prepared, refused = prepare(network, batch, config, on_crops)
            report(refused, on_refused)
            if refused and on_crops is not None:  # the steps they do not take
                on_crops(len(refused) * config.steps * config.draws_per_step)
            ended = _run(prepared, config, on_crops) if prepared else []
        for one in ended:
            if isinstance(one, Refusal):
                report([one], on_refused)
            else:
                yield one


def _run(
    prepared: Prepared, config: AccentuationConfig, on_crops: OnCrops | None
) -> list[Accentuation | Refusal]:
    """Search, then measure what would be saved; in the order of the jobs."""
    problem = prepared.problem
    trajectory = Trajectory(problem.parameterization, config)
    factors = prepared.pull(config.regularization_weight)
    search = budget_search(prepared, config, factors)

    def on_iterate(here: Iterate) -> bool:
        if search is not None:
            search.on_iterate(here)
        return trajectory.see(here)

    found = optimize(
        problem,
        prepared.start,
        steering=search or FixedPull(factors=factors),
        on_iterate=on_iterate,
        on_crops=on_crops,
        keep_broken=True,
    )
    budgets: list[BudgetFacts | None] = [None] * len(prepared.jobs)
    parameters = found.parameters
    if search is not None:
        chosen = search.chosen()
        budgets = [*search.facts(chosen)]
        parameters = chosen.parameters
    parameters = whole(parameters, found, prepared)
    made = measured(prepared, config, parameters, found.opacity)
    return [
        replace(one, n_steps=found.n_steps, trajectory=trajectory.of(i), budget=budget)
        if is_finite
        else broken_at_the_end(one.job, config.learning_rate)
        for i, (one, budget, is_finite) in enumerate(
            zip(made, budgets, found.is_finite.tolist(), strict=True)
        )
    ]


def whole(parameters: Tensor, found: Iterate, prepared: Prepared) -> Tensor:
    """(J, …) parameters that can be measured: a broken job's are those of its start."""
    is_finite = found.is_finite.view(-1, *[1] * (parameters.ndim - 1))
    return torch.where(is_finite, parameters, prepared.start)


def measured(
    prepared: Prepared,
    config: AccentuationConfig,
    parameters: Tensor,
    opacity: OpacityAccumulator,
) -> list[Accentuation]:
    """What becomes of each job at these parameters (J, …), measured as it is saved."""
    problem = prepared.problem
    with torch.no_grad():
        images = quantize(problem.parameterization.to_image(parameters))
    metrics = measure_pictures(
        problem.network,
        images,
        quantize(problem.seed_images),
        [find_objective(problem.network, job.feature) for job in prepared.jobs],
        layers=recorded_layers(problem.network, *prepared.layers),
    )
    corrected = opacity.corrected()
    return [
        Accentuation(
            job=job,
            image=images[i].cpu(),
            opacity_map=corrected[i].cpu(),
            raw_map=opacity.raw[i].cpu(),
            coverage=opacity.coverage[i].cpu(),
            metrics=metrics[i],
            regularization_layer=prepared.layer,
            regularization_weight=config.regularization_weight,
            balance=float(prepared.balance[i, 0]) if problem.latent else float("nan"),
            n_steps=config.steps,
            config=config,
            penalties=prepared.penalty_facts(i),
            precision=prepared.precisions[i],
        )
        for i, job in enumerate(prepared.jobs)
    ]
