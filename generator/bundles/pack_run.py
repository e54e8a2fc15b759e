"""One stage of a bundle: finished pictures are found, the others made in packs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from generator.bundles.made_picture import load_pictures, store_pictures
from generator.bundles.packs import Outcome, Pack, Stage, cut_into_packs
from generator.bundles.unit_keys import unit_key
from generator.cluster.executor import Executor, Lost
from generator.jobs import WorkFolder
from generator.networks import Network
from generator.search.problem import OnCrops

JobT = TypeVar("JobT")


@dataclass(frozen=True, kw_only=True, eq=False)
class PackRun:
    """Where pictures are made and kept."""

    network: Network
    executor: Executor
    work: WorkFolder
    on_progress: OnCrops

    def make(self, stage: Stage[JobT], jobs: Sequence[JobT]) -> list[Outcome]:
        """What becomes of each job; each that is made is kept at once.

        Raises:
            GeneratorError: the work cannot go on at all.
        """
        together = self._jobs_together(stage)
        packs: list[Pack[JobT]] = []
        numbers: list[list[int]] = []
        keys: list[str] = [""] * len(jobs)
        outcomes: list[Outcome | None] = [None] * len(jobs)
        for members in cut_into_packs(stage, self.network, jobs, n_together=together):
            for place, number in enumerate(members):
                where = (place, len(members))
                keys[number] = self._key(stage, jobs[number], where)
                outcomes[number] = self._found(stage, jobs[number], keys[number])
            missing = [number for number in members if outcomes[number] is None]
            if missing:
                places = (
                    jobs[number] if outcomes[number] is None else None
                    for number in members
                )
                packs.append(Pack(stage=stage, places=tuple(places)))
                numbers.append(missing)
        for done in self.executor.run(packs, self.on_progress):
            missing = numbers[done.number]
            if isinstance(done, Lost):
                for number in missing:
                    fault = f"{stage.describe(jobs[number])}: {done.reason}"
                    outcomes[number] = Outcome(fault=fault)
                continue
            for number, outcome in zip(missing, done.result, strict=True):
                outcomes[number] = outcome
                if outcome.fault is None:
                    store_pictures(self.work, keys[number], outcome.pictures)
        return [outcome for outcome in outcomes if outcome is not None]

    def _jobs_together(self, stage: Stage[Any]) -> int:
        search = stage.shared_search
        return 1 if search is None else self.executor.jobs_per_pass(search)

    def _key(self, stage: Stage[JobT], job: JobT, place: tuple[int, int]) -> str:
        return unit_key(
            stage.kind,
            self.network,
            stage.settings,
            stage.content(job),
            device=self.executor.device,
            n_threads=self.executor.n_threads,
            place=place,
        )

    def _found(self, stage: Stage[JobT], job: JobT, key: str) -> Outcome | None:
        stored = load_pictures(self.work, key)
        if stored is None:
            return None
        self.on_progress(stage.work(self.network, job))
        return Outcome(pictures=tuple(stored))
