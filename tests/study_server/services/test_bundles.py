import shutil
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from study_server.db import Database
from study_server.errors import BundleError
from study_server.models import ImportedBundle
from study_server.services.bundles import import_bundle, load_bundle
from tests.study_server.bundle_fixture import write_bundle
from tests.study_server.study_fixture import NOON


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'study.sqlite3'}")
    made.prepare()
    return made


def test_importing_twice_changes_nothing(tmp_path: Path, database: Database) -> None:
    folder = write_bundle(tmp_path, n_features=1)
    for _ in range(2):
        with database.write() as db:
            import_bundle(db, folder, bundles_dir=tmp_path / "b", imported_at=NOON)

    with database.read() as db:
        assert db.scalars(select(func.count()).select_from(ImportedBundle)).one() == 1
    assert [path.name for path in (tmp_path / "b").iterdir()] == [folder.name]
    assert load_bundle(tmp_path / "b", folder.name).bundle_id == folder.name
    database.close()


def test_the_servers_images_have_the_same_pixels_and_nothing_else(
    tmp_path: Path, database: Database
) -> None:
    folder = write_bundle(tmp_path, n_features=1)
    with database.write() as db:
        import_bundle(db, folder, bundles_dir=tmp_path / "b", imported_at=NOON)
    database.close()

    for path in (folder / "images").iterdir():
        with (
            Image.open(path) as before,
            Image.open(tmp_path / "b" / folder.name / "images" / path.name) as after,
        ):
            assert before.tobytes() == after.tobytes()
            assert after.info == {}


def test_a_damaged_bundle_leaves_no_trace(tmp_path: Path, database: Database) -> None:
    folder = write_bundle(tmp_path, n_features=1)
    damaged = shutil.copytree(folder, tmp_path / "damaged")
    next((damaged / "images").iterdir()).write_bytes(b"no image")

    with pytest.raises(BundleError), database.write() as db:
        import_bundle(db, damaged, bundles_dir=tmp_path / "b", imported_at=NOON)

    with database.read() as db:
        assert db.scalars(select(ImportedBundle)).all() == []
    assert list((tmp_path / "b").iterdir()) == []
    database.close()
