"""Nothing tells in a session of any preset, either, with feedback or without (5.4)."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from study_server import create_app
from study_server.bundle import read_bundle
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.definition import parse_definition
from study_server.presets import preset_names
from study_server.services.bundles import import_bundle
from study_server.services.studies import create_study
from tests.study_server.bundle_fixture import write_bundle
from tests.study_server.study_fixture import NOON
from tests.study_server.truth.labels import WORDS, bundle_labels, leaks, plan_labels
from tests.study_server.truth.recorder import Recorder

PRACTICE = [f"logit:feature-{i}" for i in range(2)]
EASY = ["logit:feature-2"]
SHORTER: Mapping[str, dict[str, Any]] = {
    "extrapolation": {"design": {"n_features": 5}, "catch": {"n_trials": 5}},
    "borowski2021": {
        "design": {"n_features": 2},
        "main": {"n_repeats": 1},
        "catch": {"n_trials": 2},
    },
    "borowski2021_online": {"design": {"n_features": 4}, "catch": {"n_trials": 2}},
    "zimmermann2021": {
        "design": {"n_features": 4},
        "catch": {"n_trials": 1, "features": EASY},
    },
    "imi2023": {
        "design": {"n_features": 6, "n_features_per_session": 4},
        "catch": {"n_trials": 1, "tile": "last"},
    },
}
"""Fewer trials of each kind; everything else is the preset's own."""

QUICK = {
    "timing": {"instructions_min_ms": 0},
    "practice": {"n_trials": 2, "n_obvious": 0, "min_correct": 0, "max_rounds": 1},
    "comprehension": {"n_items": 0},
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A study of each preset on one bundle."""
    folder = tmp_path_factory.mktemp("presets")
    config = ServerConfig(data_dir=folder / "data")
    config.data_dir.mkdir()
    bundle_folder = write_bundle(
        folder, n_features=9, n_pairs=4, n_tiles=9, n_occlusions=1, image_side_px=16
    )
    bundle = read_bundle(bundle_folder)
    database = Database(config.resolved_database_url)
    database.prepare()
    with database.write() as db:
        where = config.bundles_dir
        import_bundle(db, bundle_folder, bundles_dir=where, imported_at=NOON)
        for name in preset_names():
            definition = parse_definition(values(name), name=name)
            create_study(db, definition, bundle, created_at=NOON)
    database.close()
    return create_app(config)


def values(name: str) -> dict[str, Any]:
    own: dict[str, Any] = {
        "preset": name,
        "study": {
            "study_id": study_id_of(name),
            "title": "Once more",
            "rng_seed": 1,
            "contact": "lab@example.org",
            "completion_code": "CODE-7K2",
        },
        **QUICK,
        **SHORTER[name],
    }
    own["design"] = {"practice_features": PRACTICE, **own["design"]}
    return own


def study_id_of(name: str) -> str:
    return f"again-{preset_names().index(name)}"


@pytest.mark.parametrize("name", preset_names())
def test_no_label_is_sent_in_a_session_of_any_preset(app: Flask, name: str) -> None:
    recorder = Recorder(app, f"/s/{study_id_of(name)}")

    n_trials = recorder.take_whole_session()

    assert n_trials >= 6
    (folder,) = app.extensions["server_config"].bundles_dir.iterdir()
    known = WORDS | bundle_labels(folder) | plan_labels(app.extensions["database"])
    assert leaks(recorder.answers, known) == []
    lengths = {
        dict(answer.headers)["Content-Length"]
        for answer in recorder.answers
        if answer.path in recorder.option_paths
    }
    assert len(lengths) == 1


def test_every_preset_is_taken() -> None:
    assert set(SHORTER) == set(preset_names())
