"""Observer models by name: what each makes of a participant. No Flask."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

ModelName = Literal[
    "able",
    "chance",
    "biased",
    "lapsing",
    "tiring",
    "straight_liner",
    "too_fast",
    "dropout",
    "double_sender",
    "two_tabs",
    "offline",
]

MODEL_NAMES: tuple[ModelName, ...] = get_args(ModelName)

MODELS: Mapping[ModelName, Mapping[str, Mapping[str, Any]]] = {
    "able": {},
    "chance": {"lapse": {"rate": 1.0}},
    "biased": {"bias": {"rate": 0.5}},
    "lapsing": {"lapse": {"rate": 0.2}},
    "tiring": {"lapse": {"per_trial": 0.01}},
    "straight_liner": {"straight_line": {"rate": 1}},
    "too_fast": {"too_fast": {"rate": 1.0}},
    "dropout": {"dropout": {"hazard": 0.05}},
    "double_sender": {"sending": {"repeat_rate": 0.5}},
    "two_tabs": {"sending": {"conflict_rate": 0.2}},
    "offline": {"sending": {"offline_rate": 0.2}},
}
"""Parts of the configuration that a model changes; all else stays as it is."""
