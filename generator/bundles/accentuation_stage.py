"""Accentuations of a bundle: how a pack of them is made."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from generator.accentuation import Accentuation, accentuate
from generator.accentuation_job import AccentuationJob
from generator.activation_levels import reach_levels
from generator.bundles.made_picture import MadePicture, from_accentuation, levels
from generator.bundles.matching import ActivationGoal
from generator.bundles.packs import Outcome
from generator.config import AccentuationConfig, SearchConfig
from generator.errors import GeneratorError, PhotographError
from generator.feature_lookup import find_objective
from generator.networks import Network
from generator.search.preparation import held_layers
from generator.search.problem import OnCrops
from generator.search.refusals import OnRefused


@dataclass(frozen=True, kw_only=True, eq=False)
class GoalJob:
    """One accentuation of a bundle."""

    job: AccentuationJob

    goal: ActivationGoal | None = None
    """Activation that the picture shall have. None: as far as it goes."""

    is_down: bool = False
    """The goal lies below the seed image's own activation."""

    fault: str | None = None
    """Why its photograph cannot be read; it keeps its place in its pack."""

    def check(self) -> None:
        """Refuse a job that cannot even be tried.

        Raises:
            PhotographError: the photograph cannot be read.
            ConfigError: the seed image is no picture, e.g. not of numbers.
        """
        if self.fault is not None:
            raise PhotographError(self.fault)
        self.job.check()


@dataclass(frozen=True, kw_only=True)
class AccentuationStage:
    """Makes accentuations with one set of settings."""

    config: AccentuationConfig

    kind: str = "accentuations"

    @property
    def settings(self) -> object:
        """All but what only decides how many jobs share a pass."""
        return replace(self.config, pictures_per_pass=None, memory_budget_mb=None)

    @property
    def shared_search(self) -> SearchConfig | None:
        """The search itself."""
        return self.config

    def describe(self, job: GoalJob) -> str:
        """A job for people."""
        what = "suppression" if job.job.suppress else "accentuation"
        return f"{what} of {job.job.name} for {job.job.feature}"

    def content(self, job: GoalJob) -> object:
        """Seed image, feature and chance; the goal."""
        return [*describe_job(job.job), job.goal.key if job.goal else None]

    def work(self, network: Network, job: GoalJob) -> int:
        """Crops."""
        return self.config.crops_per_job

    def company(self, network: Network, job: GoalJob) -> Hashable:
        """Jobs of one canvas size that look at the same layers, and go the same way
        to the same goal."""
        objective = find_objective(network, job.job.feature)
        held = held_layers(network, objective, self.config)
        layers = (held, frozenset(objective.layers))
        goal = (job.job.feature, *job.goal.key, job.is_down) if job.goal else None
        return layers, tuple(job.job.seed_image.shape), goal

    def make(
        self, network: Network, jobs: Sequence[GoalJob], on_progress: OnCrops
    ) -> list[Outcome]:
        """One picture for each job, or why there is none."""
        crops = len(jobs) * self.config.draws_per_step
        config = self.config.with_changes(pictures_per_pass=crops)
        # Copies of one job must be told apart.
        own = [replace(one.job) for one in jobs]
        place_of = {id(job): place for place, job in enumerate(own)}
        outcomes = [Outcome() for _ in jobs]

        def note(job: AccentuationJob, error: GeneratorError) -> None:
            place = place_of[id(job)]
            fault = f"{self.describe(jobs[place])}: {error}"
            outcomes[place] = Outcome(fault=fault)

        sound = []
        for job, one in zip(own, jobs, strict=True):
            try:
                one.check()
                sound.append(job)
            except GeneratorError as error:
                note(job, error)
        search = _Search(
            network=network, config=config, on_crops=on_progress, on_refused=note
        )
        for job, found in search.run(sound, jobs[0].goal):
            place = place_of[id(job)]
            outcomes[place] = self._outcome(jobs[place], found)
        return outcomes

    def _outcome(self, one: GoalJob, found: Accentuation) -> Outcome:
        made = from_accentuation(found)
        complaint = missed_goal(one.goal, made) or _missed_budget(made)
        if complaint is None:
            return Outcome(pictures=(made,))
        return Outcome(fault=f"{self.describe(one)}: {complaint}")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    """Accentuates jobs together, with a goal that is the same for all or without."""

    network: Network
    config: AccentuationConfig
    on_crops: OnCrops
    on_refused: OnRefused

    def run(
        self, jobs: Sequence[AccentuationJob], goal: ActivationGoal | None
    ) -> Iterator[tuple[AccentuationJob, Accentuation]]:
        """Each job that has a picture, and that."""
        if goal is None:
            for found in accentuate(
                self.network,
                jobs,
                self.config,
                on_crops=self.on_crops,
                on_refused=self.on_refused,
            ):
                yield found.job, found
            return
        errors: dict[int, GeneratorError] = {}

        def note(climbing: AccentuationJob, error: GeneratorError) -> None:
            errors[id(climbing.seed_image)] = error  # it is a copy of the job

        reached = reach_levels(
            self.network,
            jobs,
            self.config,
            [goal.level],
            {job.feature: goal.natural for job in jobs},
            on_crops=self.on_crops,
            on_refused=note,
        )
        for job, pictures in zip(jobs, reached, strict=True):
            for found in pictures:
                yield job, found
            if not pictures:
                self.on_refused(job, errors[id(job.seed_image)])


def describe_job(job: AccentuationJob) -> list[object]:
    """What tells an accentuation job apart, as plain values."""
    seed_image = sha256(levels(job.seed_image).tobytes()).hexdigest()
    way = ["suppress"] if job.suppress else []
    return [seed_image, str(job.feature), job.rng_seed, *way]


def missed_goal(goal: ActivationGoal | None, made: MadePicture) -> str | None:
    """How a picture misses the activation wanted; None: it does not."""
    if goal is None or made.activation is None or goal.is_met_by(made.activation):
        return None
    return goal.complaint(made.activation)


def _missed_budget(made: MadePicture) -> str | None:
    """How a picture is farther from its seed image than wanted; None: it is not.

    One that stays nearer although nothing holds it back keeps its flag.
    """
    if made.budget is None or made.budget["flag"] != "budget_not_reached":
        return None
    return (
        f"its distance must be {made.budget['wanted']}; it is "
        f"{made.budget['achieved']:.4g}. Give it more steps or another distance_budget"
    )
