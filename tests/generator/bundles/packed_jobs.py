"""Accentuation jobs of the toy network, and packs of them made by hand."""

from pathlib import Path

import torch

from generator.accentuation_job import AccentuationJob
from generator.bundles.accentuation_stage import AccentuationStage, GoalJob
from generator.bundles.pack_run import PackRun
from generator.bundles.packs import Outcome
from generator.cluster.executor import Here
from generator.config import AccentuationConfig
from generator.features import FeatureId
from generator.jobs import WorkFolder
from generator.networks import Network
from tests.generator.toy_network import LABELS, picture, toy_network

CONFIG = AccentuationConfig(steps=12, draws_per_step=2, balance_draws=16)


def some_jobs(n_jobs: int = 7, *, broken: tuple[int, ...] = ()) -> list[GoalJob]:
    """Pictures of their own, features in turn; broken ones are not numbers."""
    jobs = []
    for number in range(n_jobs):
        seed_image = picture(rng_seed=number)
        if number in broken:
            seed_image = torch.full_like(seed_image, torch.nan)
        job = AccentuationJob(
            seed_image=seed_image,
            feature=FeatureId("logit", LABELS[number % len(LABELS)]),
            rng_seed=0,
            name=f"sky/{number}.png",
        )
        jobs.append(GoalJob(job=job))
    return jobs


def make_packs(
    folder: Path,
    jobs: list[GoalJob],
    *,
    jobs_each: int,
    config: AccentuationConfig = CONFIG,
    network: Network | None = None,
) -> list[Outcome]:
    """What becomes of jobs in packs of that many."""
    network = network or toy_network()
    crops = jobs_each * config.draws_per_step
    run = PackRun(
        network=network,
        executor=Here(network=network),
        work=WorkFolder(path=folder),
        on_progress=lambda _n: None,
    )
    settled = config.with_changes(pictures_per_pass=crops)
    return run.make(AccentuationStage(config=settled), jobs)


def bytes_of(outcome: Outcome) -> list[object]:
    """Everything that is known of a job's pictures."""
    return [
        [
            made.picture.tobytes(),
            None if made.opacity is None else made.opacity.tobytes(),
            made.activation,
            made.latent_distance,
            str(made.penalties),
        ]
        for made in outcome.pictures
    ]
