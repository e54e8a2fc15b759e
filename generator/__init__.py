"""Feature accentuations and the stimulus bundles made of them.

The names below can be imported from here. Each is loaded when it is first used, so
that `import generator` needs no torch.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.accentuation import Accentuation as Accentuation
    from generator.accentuation import accentuate as accentuate
    from generator.accentuation_job import AccentuationJob as AccentuationJob
    from generator.activation_levels import reach_levels as reach_levels
    from generator.activations import feature_activations as feature_activations
    from generator.attribution.maps import AttributionMap as AttributionMap
    from generator.attribution.maps import attribute as attribute
    from generator.attribution.settings import AttributionConfig as AttributionConfig
    from generator.bundle import Bundle as Bundle
    from generator.bundle import verify_bundle as verify_bundle
    from generator.config import AccentuationConfig as AccentuationConfig
    from generator.config import VisualizationConfig as VisualizationConfig
    from generator.directions.direction import Direction as Direction
    from generator.directions.files import read_directions as read_directions
    from generator.directions.in_network import with_directions as with_directions
    from generator.errors import GeneratorError as GeneratorError
    from generator.feature_text import parse_feature as parse_feature
    from generator.features import CallableFeature as CallableFeature
    from generator.features import Feature as Feature
    from generator.features import FeatureId as FeatureId
    from generator.goals.levels import Level as Level
    from generator.index.activation_table import ActivationTable as ActivationTable
    from generator.index.feature_sampling import sample_features as sample_features
    from generator.index.run import IndexConfig as IndexConfig
    from generator.index.run import index_photographs as index_photographs
    from generator.networks import Network as Network
    from generator.networks import Preprocessing as Preprocessing
    from generator.networks import load_network as load_network
    from generator.percentile_match import match_on_percentile as match_on_percentile
    from generator.photographs import read_photograph as read_photograph
    from generator.photographs import to_canvas as to_canvas
    from generator.photographs import to_picture as to_picture
    from generator.visualization import FeatureVisualization as FeatureVisualization
    from generator.visualization import VisualizationJob as VisualizationJob
    from generator.visualization import visualize as visualize

_HOMES = {
    "accentuation": ("Accentuation", "accentuate"),
    "accentuation_job": ("AccentuationJob",),
    "index.activation_table": ("ActivationTable",),
    "activation_levels": ("reach_levels",),
    "activations": ("feature_activations",),
    "attribution.maps": ("AttributionMap", "attribute"),
    "attribution.settings": ("AttributionConfig",),
    "bundle": ("Bundle", "verify_bundle"),
    "config": ("AccentuationConfig", "VisualizationConfig"),
    "directions.files": ("read_directions",),
    "directions.direction": ("Direction",),
    "errors": ("GeneratorError",),
    "index.feature_sampling": ("sample_features",),
    "feature_text": ("parse_feature",),
    "features": ("CallableFeature", "Feature", "FeatureId"),
    "index.run": ("IndexConfig", "index_photographs"),
    "directions.in_network": ("with_directions",),
    "goals.levels": ("Level",),
    "networks": ("Network", "Preprocessing", "load_network"),
    "percentile_match": ("match_on_percentile",),
    "photographs": ("read_photograph", "to_canvas", "to_picture"),
    "visualization": ("FeatureVisualization", "VisualizationJob", "visualize"),
}
"""Module of each name."""

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Load a name's module on first use (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
