"""What can go wrong in a mixed fit."""

from analysis.errors import AnalysisError


class MixedFitError(AnalysisError):
    """A mixed fit cannot be made of these data."""


class NotConvergedError(MixedFitError):
    """An optimisation ended before its optimum."""
