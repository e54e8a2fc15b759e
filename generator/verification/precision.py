"""Do gradients in a lower precision stay right where jobs are searched in it?"""

from collections.abc import Iterator
from itertools import product

from generator.accentuation_job import AccentuationJob
from generator.capture import undisturbed
from generator.config import AccentuationConfig, Precision
from generator.search.optimize import Iterate, optimize
from generator.search.precision_check import LEAST_COSINE, agreement
from generator.search.preparation import Prepared, batches, prepare
from generator.search.steering import FixedPull
from generator.search.tf32 import float32_products, has_tf32
from generator.verification.check import Bound, Measured, Rule
from generator.verification.subject import Subject

_N_JOBS = 8
_LATER = (5, 10)
"""Steps after which gradients are compared again."""


def _later_steps(subject: Subject) -> Measured:
    smallest, notes = 1.0, []
    lower: list[Precision] = ["bfloat16"]
    if has_tf32(subject.network.device):
        lower.append("tf32")
    for precision in lower:
        at_start: list[float] = []
        later: list[float] = []
        n_jobs = 0
        config = _config(subject, precision)
        for prepared in _prepared(subject, config):
            n_jobs += len(prepared.jobs)
            at_start += [
                facts.cosine
                for facts in prepared.precisions
                if facts.cosine is not None
            ]
            later += _let_through(prepared, config)
        smallest = min([smallest, *later])
        notes.append(_note(precision, n_jobs, at_start, later))
    return Measured(value=smallest, detail="; ".join(notes))


def _note(
    precision: Precision, n_jobs: int, at_start: list[float], later: list[float]
) -> str:
    n_used = len(later) // len(_LATER)
    note = f"{precision} is used for {n_used} of {n_jobs} jobs"
    if at_start:
        note += f", cosines before {min(at_start):.4f} to {max(at_start):.4f}"
    if later:
        steps = " and ".join(map(str, _LATER))
        note += f", of those used after {steps} steps from {min(later):.4f}"
    return note


def _config(subject: Subject, precision: Precision) -> AccentuationConfig:
    return subject.config(
        precision=precision,
        steps=_LATER[-1],
        draws_per_step=AccentuationConfig().draws_per_step,
    )


def _prepared(subject: Subject, config: AccentuationConfig) -> Iterator[Prepared]:
    """Jobs of three features on three pictures, those that can move."""
    features = (subject.feature, subject.channel, subject.feature - subject.rival)
    jobs = [
        AccentuationJob(seed_image=canvas, feature=feature, rng_seed=subject.rng_seed)
        for canvas, feature in product(subject.canvases[:3], features)
    ][:_N_JOBS]
    for batch in batches(subject.network, jobs, config):
        with undisturbed(subject.network.module), float32_products(tf32=False):
            prepared, _ = prepare(subject.network, batch, config, None)
            if prepared is not None:
                yield prepared


def _let_through(prepared: Prepared, config: AccentuationConfig) -> list[float]:
    """Cosines at later steps of the jobs that are searched in the lower precision."""
    problem = prepared.problem
    if not any(problem.is_lower):
        return []
    factors = prepared.pull(config.regularization_weight)
    found: list[float] = []

    def compare(here: Iterate) -> bool:
        if here.n_steps in _LATER:
            cosines = agreement(problem, here, factors=factors).tolist()
            both = zip(cosines, problem.is_lower, strict=True)
            found.extend(cosine for cosine, is_lower in both if is_lower)
        return False

    optimize(
        problem,
        prepared.start,
        steering=FixedPull(factors=factors),
        on_iterate=compare,
    )
    return found


RULES = (
    Rule(
        id="precision",
        target="B3",
        sentence="Where a search goes in less than float32, its gradients at later "
        "steps keep a cosine of value at least to those in float32.",
        bound=Bound(low=LEAST_COSINE, high=1.0),
        measure=_later_steps,
    ),
)
