"""Ray, where it is installed."""

import os
from importlib import import_module
from typing import Any

from generator.errors import MissingExtraError


def import_ray() -> Any:
    """The `ray` module; it reports no usage statistics.

    Raises:
        MissingExtraError: it is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        return import_module("ray")
    except ImportError as error:
        raise MissingExtraError(
            "--cluster needs Ray, which is not installed: "
            "pip install 'accentuate[cluster]'"
        ) from error
