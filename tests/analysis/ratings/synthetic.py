"""A simulated rating study with planted slopes, as the tables of its export."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import Tables, codebook, write_zip

SLOPES = {"accentuation": 0.9, "natural": 0.5, "seed_only": 0.0}
HEADER = {"definition": {"design": {"task": "rating"}, "exclusions": []}}
OWN_COLUMNS = {
    "trials": {"task": "text"},
    "responses": {"task": "text", "rating": "integer"},
    "stimuli": {"feature_id": "text", "activation_percentile": "number"},
}


def draw_rating_tables(
    slopes: Mapping[str, float] = SLOPES,
    *,
    n_participants: int = 18,
    n_features: int = 9,
    n_ratings: int = 6,
    noise_sd: float = 15.0,
    rng_seed: int = 0,
) -> Tables:
    """Each person rates some photographs of every feature, a feature in one condition.

    Args:
        slopes: condition -> rating gained per point of the activation percentile.
    """
    rng = np.random.default_rng(rng_seed)
    tables = draw_tables(
        SyntheticStudy(
            accuracy=dict.fromkeys(slopes, 0.5),
            n_participants=n_participants,
            n_features=n_features * n_ratings,
            n_catch=0,
            n_practice=0,
        )
    )
    trials = tables["trials"]
    person = trials["participant_id"].str[1:].astype(int).to_numpy()
    feature = trials["trial_index"].to_numpy() // n_ratings
    place = trials["trial_index"].to_numpy() % n_ratings
    conditions = np.array(list(slopes))[(feature + person) % len(slopes)]
    percentile = 100 * (place + 0.5) / n_ratings
    slope = np.array([slopes[name] for name in conditions])
    drawn = 50 + slope * (percentile - 50) + noise_sd * rng.normal(size=len(trials))
    own = {
        "task": "rating",
        "feature_id": [f"logit:{f}" for f in feature],
        "condition": conditions,
        "block_index": feature,
        "correct_option": None,
        "query_pair_id": None,
        "activation_gap": np.nan,
    }
    photographs = [f"photo-{f}-{n}" for f, n in zip(feature, place, strict=True)]
    answers = {
        "choice": None,
        "is_correct": None,
        "confidence": np.nan,
        "rating": np.clip(np.round(drawn), 0, 100).astype(int),
    }
    trials = trials.assign(**own, target_stimulus_id=photographs)
    stimuli = trials.assign(stimulus_id=photographs, activation_percentile=percentile)
    columns = ["stimulus_id", "feature_id", "activation_percentile"]
    return {
        "participants": tables["participants"],
        "trials": trials,
        "responses": tables["responses"].assign(**own, **answers),
        "stimuli": stimuli[columns]
        .drop_duplicates()
        .assign(class_label=None, perceptual_hash=None),
    }


def write_ratings(path: Path, tables: Tables, **header: Any) -> Path:
    """The tables as an export of a rating study."""
    book = codebook()
    for table, columns in OWN_COLUMNS.items():
        entries = book["tables"][table]
        like = next(iter(entries.values()))
        for name, kind in columns.items():
            new = {**like, "type": kind, "levels": None, "range": None}
            entries[name] = {**new, "formula_guard": False}
    for name in set(book["tables"]) - set(tables):
        del book["tables"][name]
    return write_zip(path, tables, book=book, header={**HEADER, **header})
