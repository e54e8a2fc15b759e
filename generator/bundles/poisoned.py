"""Pictures that cannot be made are all named, after the others were made and kept."""

from collections.abc import Iterable

from generator.errors import GeneratorError


class PoisonedJobsError(GeneratorError):
    """Some pictures cannot be made; the message names them, one per line."""


def refuse_poisoned(faults: Iterable[str]) -> None:
    """Refuse a bundle that lacks pictures; return when none is lacking.

    Args:
        faults: lines that each name a picture and the reason.

    Raises:
        PoisonedJobsError: names each of them once.
    """
    lines = [line for fault in faults for line in fault.splitlines()]
    if lines:
        listed = "".join(f"\n  - {line}" for line in dict.fromkeys(lines))
        raise PoisonedJobsError(
            f"there is no bundle, because these pictures cannot be made:{listed}\n"
            "All the others are kept for the next run. Leave these features out, "
            "or give other photographs or settings."
        )
