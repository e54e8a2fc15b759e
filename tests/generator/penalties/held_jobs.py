"""Quick jobs on the toy network under each penalty."""

from typing import Any, get_args

from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig, DistanceName
from generator.feature_lookup import find_objective
from generator.feature_text import parse_feature
from generator.features import FeatureId
from generator.networks import Network
from generator.objectives import Objective
from tests.generator.posed import left_half
from tests.generator.toy_network import picture

FEW = AccentuationConfig(steps=5, balance_draws=16)
LINE = FeatureId("logit", "line")
DISTANCES: tuple[DistanceName, ...] = get_args(DistanceName)
SETTINGS: dict[str, dict[str, Any]] = {
    **{name: {"distance": name} for name in DISTANCES},
    "layers": {"regularization_layers": ("conv1", "conv2"), "layer_weights": (1, 2)},
    "pixel": {"layer_weights": (0.0,), "pixel_weight": 1.0},
    "total_variation": {"layer_weights": (0.0,), "total_variation_weight": 1.0},
    "spectrum": {"layer_weights": (0.0,), "spectrum_weight": 1.0},
    "inside": {"penalty_side": "inside"},
    "edit_inside_only": {"edit_inside_only": True},
}


def job(rng_seed: int = 0, config: AccentuationConfig = FEW) -> AccentuationJob:
    return AccentuationJob(
        seed_image=picture(rng_seed=rng_seed),
        feature=LINE,
        rng_seed=rng_seed,
        region=left_half(1, 20, 20)[0].float() if config.uses_region else None,
    )


def objective(network: Network, feature: str = "logit:line") -> Objective:
    return find_objective(network, parse_feature(feature))
