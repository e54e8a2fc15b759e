"""Is the unit of the regularization weight the same whoever measures it?"""

from dataclasses import replace
from statistics import mean, stdev

from generator.capture import undisturbed
from generator.config import AccentuationConfig
from generator.networks import Network
from generator.search.balance import measure_pull
from generator.verification.check import Bound, Measured, Rule
from generator.verification.searches import posed
from generator.verification.subject import Subject

_N_RNG_SEEDS = 4
_N_DRAWS_OF_FORMATS = 16
"""Both formats get the same crops, so a few show any difference."""


def _between_rng_seeds(subject: Subject) -> Measured:
    n_draws = AccentuationConfig().balance_draws
    config = subject.config(balance_draws=n_draws)
    (job,) = subject.jobs(1)
    found = []
    with undisturbed(subject.network.module):
        for rng_seed in range(_N_RNG_SEEDS):
            seeded = replace(job, rng_seed=subject.rng_seed + rng_seed)
            found.append(
                float(posed(subject.network, [seeded], config).balance.squeeze())
            )
    return Measured(
        value=stdev(found) / mean(found),
        detail=f"{n_draws} draws, rng seeds {subject.rng_seed} to "
        f"{subject.rng_seed + _N_RNG_SEEDS - 1}: "
        + ", ".join(f"{one:.4g}" for one in found),
    )


def _between_formats(subject: Subject) -> Measured:
    single = _balance_in(subject.network, subject, is_double=False)
    double = _balance_in(subject.double, subject, is_double=True)
    return Measured(
        value=abs(single / double - 1),
        detail=f"float32 {single:.6g}, float64 {double:.6g}; the same "
        f"{_N_DRAWS_OF_FORMATS} draws",
    )


def _balance_in(network: Network, subject: Subject, *, is_double: bool) -> float:
    config = subject.config(balance_draws=1)
    with undisturbed(network.module):
        problem = posed(subject.network, subject.jobs(1), config).problem
        seeds = problem.seed_images.double() if is_double else problem.seed_images
        problem = replace(problem, network=network, seed_images=seeds)
        start = problem.parameterization.from_image(seeds.clamp(1e-3, 1 - 1e-3))
        pull = measure_pull(
            problem,
            start,
            n_draws=_N_DRAWS_OF_FORMATS,
            offset=AccentuationConfig().balance_offset,
        )
    return float(pull.balance().squeeze())


RULES = (
    Rule(
        id="balance.rng_seeds",
        target="Q1",
        sentence="Between rng seeds the balance, which is the unit of λ, has a "
        "coefficient of variation of value.",
        bound=Bound(high=0.05),
        measure=_between_rng_seeds,
    ),
    Rule(
        id="balance.number_formats",
        target="Q1",
        sentence="The balance in float32 is off that in float64 by a fraction of "
        "value.",
        bound=Bound(high=0.01),
        measure=_between_formats,
    ),
)
