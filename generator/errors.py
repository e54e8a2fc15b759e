"""What can go wrong in the generator. No torch."""


class GeneratorError(Exception):
    """Base of every error a user of the generator can act on."""


class ConfigError(GeneratorError, ValueError):
    """A setting is missing, malformed or out of range."""


class NetworkError(GeneratorError):
    """A network or its weights cannot be loaded."""


class LayerNotFoundError(GeneratorError):
    """The network has no layer of that name."""


class FeatureNotFoundError(GeneratorError):
    """The layer has no such channel, or the network no such label."""


class DirectionError(GeneratorError):
    """A direction cannot be fitted or read, or does not belong to the network."""


class NoGradientError(GeneratorError):
    """The feature does not respond to any change of this picture."""


class PhotographError(GeneratorError):
    """A photograph is missing, unreadable or too small."""


class PoolError(GeneratorError):
    """The photographs cannot supply what the plan asks for."""


class ActivationTableError(GeneratorError):
    """An activation index file cannot be read, or belongs to another network."""


class BundleError(GeneratorError):
    """A stimulus bundle cannot be written or is not whole."""


class NotFiniteError(GeneratorError):
    """A search for a picture ended in values that are not numbers."""


class OutputError(GeneratorError):
    """A result cannot be written where it was asked for."""


class MissingExtraError(GeneratorError):
    """A library that only some commands need is not installed."""


class ClusterError(GeneratorError):
    """A cluster cannot be reached, has no room, or does not fit this machine."""


class OutOfMemoryError(GeneratorError):
    """Not even the smallest piece of work fits into the memory."""


class BenchmarkError(GeneratorError):
    """A library cannot be installed, run or timed."""
