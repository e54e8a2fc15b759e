"""A small study of each task on one bundle that has what all of them need."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from study_server import create_app
from study_server.bundle import read_bundle
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.definition import parse_definition
from study_server.services.bundles import import_bundle
from study_server.services.studies import create_study
from tests.study_server.bundle_fixture import write_bundle
from tests.study_server.study_fixture import NOON, definition_values

N_FEATURES = 6
N_TILES = 4
PRACTICE = {"n_trials": 2}
DESIGNS: Mapping[str, dict[str, Any]] = {
    "two_alternative": {
        "design": {"conditions": ["accentuation", "natural"], "none_share": 0.25}
    },
    "rating": {
        "design": {"conditions": ["seed_only", "natural"], "n_ratings": 2},
        "catch": {"per_block": 0},
    },
    "occlusion": {
        "design": {
            "conditions": ["natural", "feature_visualization"],
            "crossing": "between",
        },
        "catch": {"per_block": 0},
        "main": {"has_feedback": True},
    },
    "manipulation_check": {
        "design": {"conditions": ["accentuation"], "n_panel_tiles": 2},
        "catch": {"per_block": 0},
    },
}
TASKS = tuple(DESIGNS)


def write_task_bundle(folder: Path) -> Path:
    """A bundle with occlusions, minimal images and matched controls."""
    return write_bundle(
        folder,
        n_features=N_FEATURES,
        n_tiles=N_TILES,
        n_occlusions=2,
        image_side_px=16,
    )


def task_values(task: str, **changes: Any) -> dict[str, Any]:
    """The study.toml of the task's study; named so that it tells nothing."""
    own = DESIGNS[task]
    design = {
        "n_panel_tiles": N_TILES,
        "n_query_pairs": 2,
        **own["design"],
        "task": task,
    }
    tables = {**own, "design": design, "practice": PRACTICE, **changes}
    study = {"study_id": study_id_of(task), **tables.pop("study", {})}
    return definition_values(study=study, **tables)


def study_id_of(task: str) -> str:
    """The name of the task's study in links."""
    return f"tiny-{TASKS.index(task)}"


def make_task_app(folder: Path) -> Flask:
    """An application with the study of each task open."""
    config = ServerConfig(data_dir=folder / "data")
    config.data_dir.mkdir()
    bundle_folder = write_task_bundle(folder)
    bundle = read_bundle(bundle_folder)
    database = Database(config.resolved_database_url)
    database.prepare()
    with database.write() as db:
        where = config.bundles_dir
        import_bundle(db, bundle_folder, bundles_dir=where, imported_at=NOON)
        for task in TASKS:
            definition = parse_definition(task_values(task), name=task)
            create_study(db, definition, bundle, created_at=NOON)
    database.close()
    return create_app(config)
