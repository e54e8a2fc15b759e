"""The server exports every column that the analysis reads, as the type it expects."""

from pathlib import Path

import pytest

from analysis.leakage import near_copies, shown_together
from analysis.load import load_export
from analysis.schema import COLUMN_TYPES, OPTIONAL
from study_server.bundle import read_manifest
from study_server.db import Database
from study_server.export.archive import stream_archive
from study_server.export.codebook import TABLES
from study_server.models import ImportedBundle
from study_server.services.bundles import copy_bundle
from study_server.services.studies import create_study, get_study
from tests.study_server.bundle_fixture import write_bundle
from tests.study_server.export.test_bundle_rows import with_answers
from tests.study_server.study_fixture import NOON, STUDY_ID, tiny_definition

READ = {**COLUMN_TYPES, **OPTIONAL}


@pytest.mark.parametrize("table", list(READ))
def test_what_the_analysis_reads_is_exported_as_it_expects(table: str) -> None:
    exported = {column.name: column.type for column in TABLES[table]}

    assert {name: exported.get(name) for name in READ[table]} == READ[table]


def test_machines_and_images_of_a_bundle_reach_the_analysis(tmp_path: Path) -> None:
    """1.11, 1.12: from the bundle through the server's export."""
    bundle = read_manifest(with_answers(write_bundle(tmp_path, n_features=6)))
    copy_bundle(bundle, tmp_path / "bundles")
    database = Database(f"sqlite:///{tmp_path}/study.sqlite3")
    database.prepare()
    row = ImportedBundle(
        bundle_id=bundle.bundle_id,
        manifest_sha256=bundle.manifest_sha256,
        imported_at=NOON,
    )
    with database.write() as db:
        db.add(row)
        db.flush()
        create_study(db, tiny_definition(), bundle, created_at=NOON)
    with database.read() as db:
        parts = stream_archive(
            db,
            get_study(db, STUDY_ID),
            sessions="all",
            exported_at=NOON,
            bundles_dir=tmp_path / "bundles",
        )
        (tmp_path / "export.zip").write_bytes(b"".join(parts))
    database.close()

    export = load_export(tmp_path / "export.zip")

    assert export.machine_answers is not None
    assert export.stimuli is not None
    clip = export.machine_answers.loc[export.machine_answers["method"] == "clip"]
    assert clip[
        ["query_pair_id", "condition"]
    ].drop_duplicates().to_numpy().tolist() == [["pair-2-0", "natural"]]
    assert clip["prefers_high"].all()
    assert len(export.stimuli) == len(bundle.stimuli)
    together = shown_together(export.trials)
    assert near_copies(together, export.stimuli).empty  # nobody saw anything yet
