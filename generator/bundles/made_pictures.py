"""The pictures a bundle has made: units of work, one per feature and kind.

A unit is made in one call, so that its pictures are the same whether the run was
interrupted or not, and stored whole.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TypeVar

from generator.accentuation import Accentuation, accentuate
from generator.accentuation_job import AccentuationJob
from generator.activation_levels import reach_levels
from generator.bundles.made_picture import (
    MadePicture,
    from_accentuation,
    levels,
    load_pictures,
    store_pictures,
)
from generator.bundles.matching import ActivationGoal
from generator.config import AccentuationConfig, VisualizationConfig
from generator.errors import GeneratorError, NoGradientError, NotFiniteError
from generator.jobs import WorkFolder, content_key
from generator.networks import Network
from generator.provenance import code_key
from generator.search.problem import OnCrops
from generator.visualization import (
    FeatureVisualization,
    VisualizationJob,
    visualize,
)

Job = TypeVar("Job")
Result = TypeVar("Result")


class PoisonedJobsError(GeneratorError):
    """Some pictures of a unit cannot be made; the message names them, one per line."""


def make_accentuations(
    network: Network,
    jobs: Sequence[AccentuationJob],
    config: AccentuationConfig,
    *,
    goal: ActivationGoal | None = None,
    work: WorkFolder,
    on_crops: OnCrops,
) -> list[MadePicture]:
    """Accentuate seed images, or take the result from the work folder.

    Args:
        goal: activation that every picture shall have. None: as far as it goes.

    Raises:
        PoisonedJobsError: names each job that ends in no picture, or misses the goal.
    """
    content = [describe_jobs(jobs), goal.key if goal else None]
    key = unit_key("accentuations", network, config, content)
    if (stored := load_pictures(work, key)) is not None:
        on_crops(config.crops_per_job * len(jobs))
        return stored
    poisoned: list[str] = []

    def note(job: AccentuationJob, error: GeneratorError) -> None:
        poisoned.append(f"{_describe(job)}: {error}")

    def run(some: Sequence[AccentuationJob]) -> list[Accentuation]:
        if goal is None:
            return accentuate(network, some, config, on_crops=on_crops, on_refused=note)
        reached = reach_levels(
            network,
            some,
            config,
            [goal.level],
            {job.feature: goal.natural for job in some},
            on_crops=on_crops,
            on_refused=note,
        )
        return [one for of_job in reached for one in of_job]

    found = _run_or_name(run, jobs, _describe, poisoned)
    made = [from_accentuation(one) for one in found]
    names = [_describe(job) for job in jobs]
    if goal is not None:
        refuse_missed(goal, made, names)
    refuse_unbudgeted(made, names)
    store_pictures(work, key, made)
    return made


def make_visualizations(
    network: Network,
    jobs: Sequence[VisualizationJob],
    config: VisualizationConfig,
    *,
    goal: ActivationGoal | None = None,
    work: WorkFolder,
    on_crops: OnCrops,
) -> list[MadePicture]:
    """Grow feature visualizations from noise, or take them from the work folder.

    Args:
        goal: activation that every picture shall have. None: as far as it goes.

    Raises:
        PoisonedJobsError: names each job that ends in no picture, or misses the goal.
    """
    names = [[str(job.feature), job.rng_seed] for job in jobs]
    content = [names, goal.key if goal else None]
    key = unit_key("feature visualizations", network, config, content)
    if (stored := load_pictures(work, key)) is not None:
        on_crops(config.crops_per_job * len(jobs))
        return stored

    def run(some: Sequence[VisualizationJob]) -> list[FeatureVisualization]:
        stop = goal.stop if goal else None
        return visualize(network, some, config, stop=stop, on_crops=on_crops)

    found = _run_or_name(run, jobs, _describe_visualization, [])
    made = [
        MadePicture(
            picture=levels(one.image),
            rng_seed=one.job.rng_seed,
            activation=one.activation,
            target=goal.facts(one.activation) if goal else None,
        )
        for one in found
    ]
    if goal is not None:
        refuse_missed(goal, made, [_describe_visualization(job) for job in jobs])
    store_pictures(work, key, made)
    return made


def describe_jobs(jobs: Sequence[AccentuationJob]) -> list[list[object]]:
    """What tells accentuation jobs apart, as plain values."""
    return [
        [
            sha256(levels(job.seed_image).tobytes()).hexdigest(),
            str(job.feature),
            job.rng_seed,
        ]
        for job in jobs
    ]


def refuse_missed(
    goal: ActivationGoal, made: Sequence[MadePicture], names: Sequence[str]
) -> None:
    """Refuse a unit in which a picture does not have the activation wanted.

    Raises:
        PoisonedJobsError: names each of them, with its numbers.
    """
    missed = [
        f"{name}: {goal.complaint(one.activation)}"
        for name, one in zip(names, made, strict=True)
        if one.activation is not None and not goal.is_met_by(one.activation)
    ]
    if missed:
        raise PoisonedJobsError("\n".join(missed))


def refuse_unbudgeted(made: Sequence[MadePicture], names: Sequence[str]) -> None:
    """Refuse a unit in which a picture is farther from its seed image than wanted.

    One that stays nearer although nothing holds it back keeps its flag.

    Raises:
        PoisonedJobsError: names each of them, with its numbers.
    """
    missed = [
        f"{name}: its distance must be {one.budget['wanted']}; it is "
        f"{one.budget['achieved']:.4g}. Give it more steps or another distance_budget"
        for name, one in zip(names, made, strict=True)
        if one.budget is not None and one.budget["flag"] == "budget_not_reached"
    ]
    if missed:
        raise PoisonedJobsError("\n".join(missed))


def _run_or_name(
    run: Callable[[Sequence[Job]], list[Result]],
    jobs: Sequence[Job],
    describe: Callable[[Job], str],
    poisoned: list[str],
) -> list[Result]:
    """The results of all jobs; else an error that names those that have none."""
    found: list[Result] = []
    try:
        found = run(jobs)
    except (NotFiniteError, NoGradientError):
        for job in jobs:  # one by one, to find out which
            try:
                run([job])
            except (NotFiniteError, NoGradientError) as error:
                poisoned.append(f"{describe(job)}: {error}")
    if poisoned or len(found) < len(jobs):
        raise PoisonedJobsError("\n".join(dict.fromkeys(poisoned)))
    return found


def _describe(job: AccentuationJob) -> str:
    return f"accentuation of {job.name} for {job.feature}"


def _describe_visualization(job: VisualizationJob) -> str:
    return f"feature visualization of {job.feature}, rng_seed {job.rng_seed}"


def unit_key(kind: str, network: Network, config: object, content: object) -> str:
    """Everything the pictures of a unit depend on."""
    return content_key(
        kind,
        code_key(),
        network.name,
        network.weights_sha256,
        network.device,
        sorted(
            sha256(direction.vector.tobytes()).hexdigest()
            for direction in network.directions.values()
        ),
        repr(config),
        content,
    )
