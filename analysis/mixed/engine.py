"""What every engine is given and gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from analysis.intervals import FloatArray
from analysis.mixed.laplace import Parameters
from analysis.mixed.pattern import IntArray


@dataclass(frozen=True, kw_only=True)
class MixedProblem:
    """Numbers of one mixed logistic fit."""

    response: FloatArray
    """(N,) 1 right, 0 wrong."""

    fixed: FloatArray
    """(N, C) covariates, the intercept among them."""

    fixed_names: tuple[str, ...]
    """C names, in the order of the columns."""

    groups: Mapping[str, IntArray]
    """Random term -> (N,) codes from 0 without gaps."""


@dataclass(frozen=True, kw_only=True)
class EngineFit:
    """What an engine found."""

    engine: str
    """Its name and version."""

    parameters: Parameters
    log_likelihood: float
    """Laplace approximation, no constant left out."""

    has_converged: bool
    warnings: tuple[str, ...] = ()
    """What the engine said, each once."""


class Engine(Protocol):
    """Fits a problem, from given parameters or from its own."""

    def __call__(
        self, problem: MixedProblem, *, start: Parameters | None = None
    ) -> EngineFit:
        """Maximize the Laplace likelihood."""
