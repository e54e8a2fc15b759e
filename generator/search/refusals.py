"""Jobs of which no picture can be made, and why. The jobs beside them go on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from generator.accentuation_job import AccentuationJob
from generator.errors import GeneratorError, NoGradientError, NotFiniteError

OnRefused = Callable[[AccentuationJob, GeneratorError], None]
"""Told of a job of which no picture is made: a NoGradientError where its feature
responds to no change of its seed image, a NotFiniteError where its numbers break."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Refusal:
    """A job without a picture."""

    job: AccentuationJob
    error: GeneratorError


def without_gradient(job: AccentuationJob) -> Refusal:
    """Of a job that cannot move."""
    return Refusal(
        job=job,
        error=NoGradientError(
            f"{job.feature} does not respond to any change of {job.name}: its gradient "
            "is exactly zero on every crop, so there is nothing to bring out. Choose "
            "another feature for this photograph, or another photograph."
        ),
    )


def broken_at_the_start(job: AccentuationJob, network_name: str) -> Refusal:
    """Of a job whose objective or penalties are not numbers before the first step."""
    return Refusal(
        job=job,
        error=NotFiniteError(
            f"{job.feature} of {job.name} has values or gradients in {network_name} "
            "that are not numbers; check the feature, and the network's weights and "
            "preprocessing"
        ),
    )


def broken_at_the_end(job: AccentuationJob, learning_rate: float) -> Refusal:
    """Of a job whose search left the numbers."""
    return Refusal(
        job=job,
        error=NotFiniteError(
            f"the search for {job.feature} in {job.name} ended in values that are not "
            f"numbers; try a learning_rate below {learning_rate:g}"
        ),
    )


def report(refusals: Iterable[Refusal], on_refused: OnRefused | None) -> None:
    """Tell of each refusal; raise the first where nobody listens."""
    for refusal in refusals:
        if on_refused is None:
            raise refusal.error
        on_refused(refusal.job, refusal.error)
