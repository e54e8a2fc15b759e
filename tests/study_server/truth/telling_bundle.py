"""A study whose right options are richer pictures: unpadded, their files are longer."""

import hashlib
import io
import json
from pathlib import Path
from random import Random

from flask import Flask
from PIL import Image

from study_server import create_app
from study_server.bundle import read_bundle
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.definition import parse_definition
from study_server.services.bundles import import_bundle
from study_server.services.studies import create_study
from tests.study_server.bundle_fixture import write_bundle, write_manifest
from tests.study_server.study_fixture import NOON, definition_values

N_TILES = 2


def make_telling_app(
    folder: Path, *, n_main_trials: int, n_slots: int, image_side_px: int = 16
) -> Flask:
    """An application with one open study on such a bundle."""
    config = ServerConfig(data_dir=folder / "data")
    config.data_dir.mkdir()
    bundle_folder = enrich_targets(
        write_bundle(
            folder,
            n_features=n_main_trials + 2,
            n_tiles=N_TILES,
            image_side_px=image_side_px,
        )
    )
    values = definition_values(
        study={"n_slots": n_slots},
        design={"conditions": ["natural", "accentuation"], "n_panel_tiles": N_TILES},
    )
    database = Database(config.resolved_database_url)
    database.prepare()
    with database.write() as db:
        where = config.bundles_dir
        import_bundle(db, bundle_folder, bundles_dir=where, imported_at=NOON)
        definition = parse_definition(values, name="study.toml")
        create_study(db, definition, read_bundle(bundle_folder), created_at=NOON)
    database.close()
    return create_app(config)


def enrich_targets(folder: Path) -> Path:
    """Fill the image of each pair that drives its feature more with noise."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    stimuli = {row["stimulus_id"]: row for row in manifest["stimuli"]}
    for pair in manifest["query_pairs"]:
        row = stimuli[pair["high_stimulus_id"]]
        size = (row["width_px"], row["height_px"])
        noise = Random(row["stimulus_id"]).randbytes(size[0] * size[1] * 3)
        buffer = io.BytesIO()
        Image.frombytes("RGB", size, noise).save(buffer, "PNG")
        (folder / row["file"]).write_bytes(buffer.getvalue())
        row["sha256"] = hashlib.sha256(buffer.getvalue()).hexdigest()
    return write_manifest(folder, manifest)
