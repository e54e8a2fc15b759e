"""How long work tells how far it is. Library code reports; command lines show."""

from typing import Protocol


class Progress(Protocol):
    """Somebody who wants to know how far the work is."""

    def start(self, stage: str, total: int, *, unit: str) -> None:
        """A stage begins that takes so many units."""

    def advance(self, n: int) -> None:
        """So many more units of the current stage are done."""


class NoProgress:
    """Nobody wants to know."""

    def start(self, stage: str, total: int, *, unit: str) -> None:
        """Do nothing."""

    def advance(self, n: int) -> None:
        """Do nothing."""
