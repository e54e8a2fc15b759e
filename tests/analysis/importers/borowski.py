"""CSV files in the layout of Borowski et al. (2021), with planted accuracies."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

CELLS = ("Max-1", "Max-9", "Min-Max-1", "Min-Max-9")
BLOCKS = "abcd"
"""Units of Experiment II: a person sees another one in every cell."""

LAYERS = ("layer_0", "layer_4", "layer_7")


@dataclass(frozen=True, kw_only=True)
class PlantedExperiment:
    """What to simulate."""

    accuracy: dict[str, float] = field(
        default_factory=lambda: {
            "natural": 0.92,
            "optimized": 0.82,
            "none_pre": 0.5,
            "none_post": 0.5,
        }
    )
    """instr_type -> chance of being right."""

    is_second: bool = False
    """Experiment II: with cells and expert levels."""

    n_participants: int = 10
    n_features: int = 12
    rng_seed: int = 0


def draw_experiment(planted: PlantedExperiment) -> pd.DataFrame:
    """The rows of one experiment: practice, catch, main and repeated trials."""
    rng = np.random.default_rng(planted.rng_seed)
    rows: list[dict[str, Any]] = []
    for person in range(planted.n_participants):
        own: list[dict[str, Any]] = []
        cells = CELLS if planted.is_second else ("",)
        own.append(_trial(planted, rng, person, 0, "natural", "practice", cells[0]))
        for instr_type in planted.accuracy:
            for cell in cells:
                for feature in range(planted.n_features):
                    own.append(
                        _trial(planted, rng, person, feature, instr_type, "main", cell)
                    )
        own.append(_trial(planted, rng, person, 0, "natural", "catch", cells[0]))
        numbered = [{**row, "trial_nr": i} for i, row in enumerate(own)]
        for old in numbered[1:4]:
            numbered.append(
                {
                    **old,
                    "trial_type": "repeated",
                    "old_trial_nr": old["trial_nr"],
                    "old_block_nr": 0,
                    "trial_nr": len(numbered),
                }
            )
        rows += numbered
    table = pd.DataFrame(rows)
    if not planted.is_second:
        table = table.drop(columns=SECOND)
    return table


SECOND = [
    "batch_block",
    "instruction_grid_mode",
    "n_instruction_patches",
    "condition_name",
    "expert_level",
]


def _trial(
    planted: PlantedExperiment,
    rng: np.random.Generator,
    person: int,
    feature: int,
    instr_type: str,
    kind: str,
    cell: str,
) -> dict[str, Any]:
    is_right = kind == "catch" or rng.random() < planted.accuracy[instr_type]
    correct = "a" if rng.random() < 0.5 else "b"
    response = correct if is_right else ("b" if correct == "a" else "a")
    rating = int(rng.choice([2, 3])) if is_right else int(rng.choice([1, 2]))
    # Everyone was shown query images of their own: nobody shares a pair.
    pair = f"{instr_type}/unit_{feature}/batch_{person}/{cell}"
    high, low = f"{pair}/max_9.png", f"{pair}/min_0.png"
    letter = "abc"[feature % 3]
    is_main = kind == "main"
    return {
        "subject_id": person,
        "subject_id_within_expert_type": person // 2,
        "trial_nr": 0,
        "block_nr": 1,
        "instr_type": instr_type,
        "trial_type": "main" if kind == "catch" else kind,
        "catch_trial": kind == "catch",
        "batch": person,
        "batch_block": BLOCKS[(person + [*CELLS, ""].index(cell)) % 4],
        "layer": LAYERS[feature % 3] if is_main else f"layer_{letter}",
        "kernel_size": feature % 4 if is_main else letter,
        "channel": f"channel_{feature // 12 if is_main else letter}",
        "query_order": "max_min" if correct == "a" else "min_max",
        "correct": int(is_right),
        "conf_rating": -rating if response == "a" else rating,
        "RT": round(float(np.exp(rng.normal(1.0, 0.4))), 4),
        "timeout": False,
        "response": response,
        "correct_response": correct,
        "query_image_a": high if correct == "a" else low,
        "query_image_b": low if correct == "a" else high,
        "old_trial_nr": None,
        "old_block_nr": None,
        "seed": 7,
        "unit_name": f"unit {feature} ",
        "abs_conf_rating": rating,
        "instruction_grid_mode": "min_max" if cell.startswith("Min") else "max_max",
        "n_instruction_patches": 9 if cell.endswith("9") else 1,
        "condition_name": cell,
        "expert_level": "expert" if person % 2 else "naive",
    }


def write_experiment(path: Path, table: pd.DataFrame) -> Path:
    """As the authors did: the first column is the row number, without a name."""
    table.to_csv(path)
    return path
