"""Does a job's result depend on anything but the job?"""

import io

import torch

from generator.accentuation import accentuate
from generator.photographs import to_picture
from generator.verification.check import Bound, Measured, Rule
from generator.verification.searches import bytes_of, n_unequal, search
from generator.verification.subject import Subject


def _in_company(subject: Subject) -> Measured:
    jobs, config = subject.jobs(), subject.config()
    together = search(subject.network, jobs, config)
    backwards = search(subject.network, jobs[::-1], config).flip(0)
    alone = torch.cat([search(subject.network, [job], config) for job in jobs])
    apart = [(together - other).abs().max() for other in (backwards, alone)]
    return Measured(
        value=float(max(apart)),
        detail=f"{len(jobs)} jobs, {config.steps} steps, pixels before rounding; "
        f"other order {apart[0]:.1e}, alone {apart[1]:.1e}",
    )


def _bits_in_company(subject: Subject) -> Measured:
    jobs = subject.jobs(2)
    config = subject.config(deterministic=True, steps=2)
    together = accentuate(subject.network, jobs, config)
    alone = accentuate(subject.network, jobs[1:], config)
    alone += accentuate(subject.network, jobs[:1], config)
    differing = [
        n_unequal(bytes_of(one), bytes_of(other))
        for one, other in zip(together, alone[::-1], strict=True)
    ]
    return Measured(
        value=float(sum(differing)),
        detail="pictures, maps, activations and balance; together, then each alone in "
        "the other order",
    )


def _again(subject: Subject) -> Measured:
    jobs, config = subject.jobs(2), subject.config(steps=2)
    runs = []
    for _ in range(2):
        made = accentuate(subject.network, jobs, config)
        runs.append(b"".join(_png(one.image) + bytes_of(one) for one in made))
    return Measured(
        value=float(n_unequal(*runs)),
        detail="PNG files, maps, activations and balance of two jobs, made twice",
    )


def _png(image: torch.Tensor) -> bytes:
    buffer = io.BytesIO()
    to_picture(image).save(buffer, "png")
    return buffer.getvalue()


RULES = (
    Rule(
        id="batch_invariance",
        target="A4",
        sentence="A job's picture, made alone, in company or in another order, differs "
        "by value at most.",
        bound=Bound(high=1e-4),
        measure=_in_company,
    ),
    Rule(
        id="batch_invariance.deterministic",
        target="A4",
        sentence="In deterministic mode, value bytes differ between a job made alone "
        "and in company.",
        bound=Bound(high=0.0),
        measure=_bits_in_company,
    ),
    Rule(
        id="same_bytes",
        target="A7",
        sentence="Made twice, results differ in value bytes.",
        bound=Bound(high=0.0),
        measure=_again,
    ),
)
