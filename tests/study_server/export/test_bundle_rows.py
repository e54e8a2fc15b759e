"""What the export tells of a study's bundles (1.6, 1.10, 1.11)."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from study_server.bundle import read_manifest
from study_server.db import Database
from study_server.export.archive import stream_archive
from study_server.export.bundle_rows import difficulty_window
from study_server.models import ImportedBundle
from study_server.services.bundles import copy_bundle
from study_server.services.studies import create_study, get_study
from tests.study_server.bundle_fixture import write_bundle, write_manifest
from tests.study_server.study_fixture import NOON, STUDY_ID, tiny_definition

Tables = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    """The export of a study that nobody has taken yet."""
    folder = tmp_path_factory.mktemp("export")
    bundle = read_manifest(with_answers(write_bundle(folder, n_features=6)))
    copy_bundle(bundle, folder / "bundles")
    database = Database(f"sqlite:///{folder}/study.sqlite3")
    database.prepare()
    with database.write() as db:
        db.add(
            ImportedBundle(
                bundle_id=bundle.bundle_id,
                manifest_sha256=bundle.manifest_sha256,
                imported_at=NOON,
            )
        )
        db.flush()
        create_study(db, tiny_definition(), bundle, created_at=NOON)
    with database.read() as db:
        content = b"".join(
            stream_archive(
                db,
                get_study(db, STUDY_ID),
                sessions="all",
                exported_at=NOON,
                bundles_dir=folder / "bundles",
            )
        )
    database.close()
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        yield {
            name: list(csv.DictReader(io.StringIO(files.read(f"{name}.csv").decode())))
            for name in ("stimuli", "query_pairs", "machine_answers")
        }


def with_answers(folder: Path) -> Path:
    """One pair of a main feature with the answer of a model."""
    manifest = json.loads((folder / "manifest.json").read_text())
    pair = next(p for p in manifest["query_pairs"] if p["query_pair_id"] == "pair-2-0")
    pair["machine_answers"] = [
        {"method": "clip", "condition": "natural", "high_score": 0.5, "low_score": 0.2}
    ]
    return write_manifest(folder, manifest)


def test_the_percentile_of_every_seed_image_is_exported(tables: Tables) -> None:
    """1.6"""
    seeds = [row for row in tables["stimuli"] if row["kind"] == "seed_image"]

    assert len(seeds) == 6 * 4  # features, seed images
    for row in seeds:
        assert 0 <= float(row["activation_percentile"]) <= 100


def test_a_pair_is_exported_with_its_window_of_difficulty(tables: Tables) -> None:
    """1.10"""
    first = tables["query_pairs"][0]

    assert len(tables["query_pairs"]) == 6 * 2
    assert (first["query_pair_id"], first["stratum"]) == ("pair-0-0", "near")
    assert first["difficulty_window"] == "99"  # its high image's percentile is 99.0


@pytest.mark.parametrize(
    ("percentile", "window"),
    [(0, 85), (85, 85), (85.1, 90), (95, 95), (98.9, 99), (99.01, 100), (100, 100)],
)
def test_a_window_ends_at_its_percentile(percentile: float, window: int) -> None:
    assert difficulty_window(percentile) == window


def test_the_answer_of_a_model_is_exported(tables: Tables) -> None:
    """1.11"""
    (row,) = tables["machine_answers"]

    assert row.pop("bundle_id").startswith("tiny-")
    assert row == {
        "query_pair_id": "pair-2-0",
        "feature_id": "logit:feature-2",
        "condition": "natural",
        "n_panel_tiles": "8",
        "method": "clip",
        "high_score": "0.5",
        "low_score": "0.2",
        "prefers_high": "true",
    }
