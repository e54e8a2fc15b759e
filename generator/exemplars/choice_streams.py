"""Chance for the choices made for one feature, whatever else is chosen. No torch."""

import numpy as np

from generator.features import Feature
from generator.jobs import content_key


def feature_rng(rng_seed: int, feature: Feature, purpose: str) -> np.random.Generator:
    """The random numbers of one feature and purpose, e.g. "tiles".

    They do not depend on which other features are chosen for, nor on their order.
    """
    key = content_key(rng_seed, str(feature), purpose)
    return np.random.default_rng(int(key[:32], 16))
