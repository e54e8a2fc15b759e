"""A small study on the small bundle, for tests of the server."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from study_server.bundle import Bundle, read_bundle
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.definition import StudyDefinition, parse_definition
from study_server.services.bundles import import_bundle
from study_server.services.studies import create_study
from tests.study_server.bundle_fixture import write_bundle

CONDITIONS = ("accentuation", "feature_visualization", "natural", "seed_only")
STUDY_ID = "tiny-study"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def definition_values(**changes: Any) -> dict[str, Any]:
    """A study.toml as plain values; `changes` replace keys of its tables, or lists."""
    values: dict[str, Any] = {
        "study": {
            "study_id": STUDY_ID,
            "title": "What does it respond to?",
            "rng_seed": 11,
            "n_slots": 8,
            "estimated_minutes": 6,
            "contact": "lab@example.org",
            "completion_code": "CODE-7K2",
        },
        "design": {
            "conditions": list(CONDITIONS),
            "practice_features": ["logit:feature-0", "logit:feature-1"],
            "n_query_pairs": 2,
        },
        "catch": {"per_block": 1},
        "timing": {
            "panel_min_ms": 0,
            "instructions_min_ms": 0,
            "lease_minutes": 30,
            "feedback_ms": 0,
        },
        "exclusions": [{"name": "did_not_finish"}, {"name": "catch", "min_correct": 3}],
    }
    for table, keys in changes.items():
        is_table = isinstance(keys, dict)
        values[table] = {**values.get(table, {}), **keys} if is_table else keys
    return values


def tiny_definition(**changes: Any) -> StudyDefinition:
    """The definition, checked."""
    return parse_definition(definition_values(**changes), name="study.toml")


def make_study(
    config: ServerConfig,
    scratch: Path,
    definition: StudyDefinition | None = None,
    **bundle_options: int,
) -> Bundle:
    """Write a bundle of 10 features, import it and open the study on it."""
    folder = write_bundle(scratch, **{"n_features": 10, **bundle_options})
    bundle = read_bundle(folder)
    database = Database(config.resolved_database_url)
    database.prepare()
    with database.write() as db:
        import_bundle(db, folder, bundles_dir=config.bundles_dir, imported_at=NOON)
        create_study(db, definition or tiny_definition(), bundle, created_at=NOON)
    database.close()
    return bundle
