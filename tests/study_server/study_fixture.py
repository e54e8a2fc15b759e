"""A small study on the small bundle, for tests of the server."""

import atexit
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from study_server.bundle import Bundle, read_bundle
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.definition import StudyDefinition, parse_definition
from study_server.models import ImportedBundle
from study_server.services.bundles import copy_bundle
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
    """Open the study on a bundle of 10 features, linked in `scratch`."""
    options = {"n_features": 10, **bundle_options}
    return make_studies(config, scratch, [definition or tiny_definition()], **options)


def make_studies(
    config: ServerConfig,
    scratch: Path,
    definitions: Sequence[StudyDefinition],
    **bundle_options: int,
) -> Bundle:
    """Open all studies on one bundle, whose folder is linked in `scratch`.

    Drawing and importing the pictures takes longer than most tests: it is done once in
    a process, and all studies on the same bundle share the folders, read-only.
    """
    bundle, imported = made_bundle(**bundle_options)
    link(scratch / bundle.bundle_id, to=bundle.folder)
    link(config.bundles_dir / bundle.bundle_id, to=imported)
    database = Database(config.resolved_database_url)
    database.prepare()
    with database.write() as db:
        db.merge(
            ImportedBundle(
                bundle_id=bundle.bundle_id,
                manifest_sha256=bundle.manifest_sha256,
                imported_at=NOON,
            )
        )
        db.flush()
        for definition in definitions:
            create_study(db, definition, bundle, created_at=NOON)
    database.close()
    return bundle


def link(path: Path, *, to: Path) -> None:
    """Let a folder be found under another name, too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.symlink_to(to)


@cache
def made_bundle(**options: int) -> tuple[Bundle, Path]:
    """A bundle of these options and a server's copy; gone when the process ends."""
    scratch = Path(tempfile.mkdtemp(prefix="bundle-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    bundle = read_bundle(write_bundle(scratch, **options))
    return bundle, copy_bundle(bundle, scratch / "imported")
