"""A simulated study with planted accuracies, as the tables of its export."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tests.analysis.synthetic_zip import EXCLUSIONS, ORDER, Tables, write_zip

START = pd.Timestamp("2025-03-01T09:00:00Z")


@dataclass(frozen=True, kw_only=True)
class SyntheticStudy:
    """What to simulate."""

    accuracy: dict[str, float] = field(
        default_factory=lambda: {
            "accentuation": 0.85,
            "feature_visualization": 0.7,
            "natural": 0.8,
            "seed_only": 0.65,
        }
    )
    """Condition -> chance that a typical person is right on a typical feature."""

    n_participants: int = 40
    n_features: int = 20
    n_catch: int = 4
    n_practice: int = 2
    sd_participant: float = 0.0
    sd_feature: float = 0.0
    sd_feature_condition: float = 0.0
    is_simulated: bool = True
    strata: tuple[str, ...] = ("near", "far")
    exclusions: tuple[dict[str, Any], ...] = EXCLUSIONS
    rng_seed: int = 0


def draw_tables(study: SyntheticStudy) -> Tables:
    """Participants, trials and responses of people who all finish."""
    rng = np.random.default_rng(study.rng_seed)
    conditions = list(study.accuracy)
    people = np.arange(study.n_participants)
    participants = _participants(study, people)
    per_person = study.n_practice + study.n_features + study.n_catch
    person = np.repeat(people, per_person)
    index = np.tile(np.arange(per_person), len(people))
    first_catch = study.n_practice + study.n_features
    kind = np.select(
        [index < study.n_practice, index < first_catch], ["practice", "main"], "catch"
    )
    feature = (index - study.n_practice) % max(study.n_features, 1)
    which = (feature + person) % len(conditions)
    stratum = np.array(study.strata)[(feature + person // 2) % len(study.strata)]
    features = [f"logit:{name}" for name in range(study.n_features)]
    ids = [f"t{p:05d}-{i:03d}" for p, i in zip(person, index, strict=True)]
    trials = pd.DataFrame(
        {
            "trial_id": ids,
            "session_id": participants["session_id"].to_numpy()[person],
            "participant_id": participants["participant_id"].to_numpy()[person],
            "trial_index": index,
            "block_index": np.where(kind == "practice", -1, which),
            "trial_kind": kind,
            "condition": np.array(conditions)[which],
            "feature_id": np.array(features)[feature],
            "query_pair_id": [
                f"q{f}-{s}" for f, s in zip(feature, stratum, strict=True)
            ],
            "stratum": stratum,
            "activation_gap": 60 + rng.random(len(index)) * 30,
            "target_stimulus_id": "a" * 32,
            "distractor_stimulus_id": "b" * 32,
            "correct_option": np.where(rng.random(len(index)) < 0.5, "left", "right"),
            "panel_stimulus_ids": "|".join(["c" * 32] * 8),
            "first_served_at": START + pd.to_timedelta(10 * index, unit="s"),
        }
    )
    no_pair = ["query_pair_id", "stratum", "activation_gap"]
    trials.loc[trials["trial_kind"] == "catch", no_pair] = np.nan
    is_right = _answers(study, rng, person, feature, which, kind)
    return {
        "participants": participants,
        "trials": trials,
        "responses": _responses(trials, is_right, rng),
    }


def _participants(study: SyntheticStudy, people: npt.NDArray[np.int64]) -> pd.DataFrame:
    n_lists = max(len(study.accuracy), 1)
    return pd.DataFrame(
        {
            "session_id": [f"s{p:05d}" for p in people],
            "participant_id": [f"p{p:05d}" for p in people],
            "study_version": 1,
            "slot_index": people,
            "list_index": people % n_lists,
            "sequence_index": people % n_lists,
            "pair_offset": people % max(len(study.strata), 1),
            "stage": "completed",
            "outcome": "completed",
            "is_simulated": study.is_simulated,
            "language": "en",
            "consented_at": START,
            "instructions_ms": 25000.5,
            "main_started_at": START + pd.Timedelta(minutes=2),
            "completed_at": START + pd.Timedelta(minutes=15),
            "n_main_trials": study.n_features,
            "n_main_responses": study.n_features,
            "difficulty": 1 + people % 5,
            "strategy": '=cmd, I looked at the "texture"',
            "data_use": True,
            "last_seen_at": START + pd.Timedelta(minutes=16),
        }
    )


def _answers(
    study: SyntheticStudy,
    rng: np.random.Generator,
    person: npt.NDArray[np.int64],
    feature: npt.NDArray[np.int64],
    which: npt.NDArray[np.int64],
    kind: npt.NDArray[Any],
) -> npt.NDArray[np.bool_]:
    planted = np.clip(list(study.accuracy.values()), 1e-9, 1 - 1e-9)
    logit = np.log(planted / (1 - planted))[which]
    logit = logit + study.sd_participant * rng.normal(size=study.n_participants)[person]
    per_feature = rng.normal(size=study.n_features)
    per_cell = rng.normal(size=(study.n_features, len(study.accuracy)))
    logit = logit + study.sd_feature * per_feature[feature]
    logit = logit + study.sd_feature_condition * per_cell[feature, which]
    chance = np.where(kind == "catch", 1.0, 1 / (1 + np.exp(-logit)))
    right: npt.NDArray[np.bool_] = rng.random(len(person)) < chance
    return right


def _responses(
    trials: pd.DataFrame, is_right: npt.NDArray[np.bool_], rng: np.random.Generator
) -> pd.DataFrame:
    n = len(trials)
    rt_ms = np.exp(rng.normal(7.6, 0.4, n))
    is_left = (trials["correct_option"] == "left").to_numpy() == is_right
    confidence = np.where(rng.random(n) < np.where(is_right, 0.6, 0.3), 3, 1)
    confidence = np.where(rng.random(n) < 0.3, 2, confidence)
    taken = [c for c in ORDER["responses"].split() if c in trials.columns]
    return trials[taken].assign(
        response_id=[f"r{i}" for i in range(n)],
        choice=np.where(is_left, "left", "right"),
        is_correct=is_right,
        confidence=confidence,
        rt_ms=rt_ms,
        panel_onset_ms=100.0,
        onset_ms=8100.0,
        response_ms=8100.0 + rt_ms,
        frame_interval_ms=16.7,
        onset_method="simulated",
        input_modality="simulated",
        hidden_ms=0.0,
        n_onsets=1,
        viewport_width_px=1280,
        viewport_height_px=720,
        device_pixel_ratio=1.0,
        received_at=trials["first_served_at"] + pd.Timedelta(seconds=9),
        is_late=False,
        n_conflicts=0,
    )


def write_export(path: Path, study: SyntheticStudy | None = None) -> Path:
    """Write the export of a simulated study."""
    study = study or SyntheticStudy()
    return write_zip(path, draw_tables(study), exclusions=study.exclusions)
