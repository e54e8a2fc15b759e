"""`study-server dry-run`: simulated participants take a study nobody takes yet."""

import argparse
import json
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.commands.options import add_command, add_design_options
from study_server.commands.simulate import (
    add_observer_options,
    facts_of,
    observers_of,
    print_done,
)
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.definition import StudyDefinition, read_definition
from study_server.export.archive import stream_archive, write_archive
from study_server.scratch import fill
from study_server.services.studies import get_study
from study_server.simulation.config import ObserverConfig
from study_server.simulation.run import Simulated, SimulationConfig, simulate

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "dry-run",
        run_command,
        purpose="Let simulated participants take a study on a server made for it, and "
        "write the export that study-analysis reads; nothing else is kept.",
        example="study-server dry-run study.toml bundles/demo-0123456789ab "
        "--accuracy 0.8 --sessions 20 --out dry.zip",
    )
    add_design_options(parser)
    add_observer_options(parser)
    parser.add_argument("--sessions", type=int, required=True, metavar="N")
    parser.add_argument("--workers", type=int, default=4, metavar="N")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.zip")
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def run_command(options: argparse.Namespace) -> None:
    """Serve, simulate, export; the server and its data are gone afterwards."""
    definition = read_definition(options.definition)
    observers = observers_of(options)
    with tempfile.TemporaryDirectory(prefix="study-dry-run-") as folder:
        config = ServerConfig(data_dir=Path(folder))
        fill(config, definition, options.bundle)
        with closing(Database(config.resolved_database_url)) as database:
            done = _take(config, definition, observers, database, options)
            _export(config, definition, database, options.out)
    if options.json:
        print(json.dumps(facts_of(done), indent=2))
        return
    print_done(definition.study.study_id, done)
    print(f"Wrote {options.out}; nothing else is kept")


def _take(
    config: ServerConfig,
    definition: StudyDefinition,
    observers: ObserverConfig,
    database: Database,
    options: argparse.Namespace,
) -> Simulated:
    from study_server.endurance.server import ServerProcess

    server = ServerProcess(config.data_dir)
    try:
        server.start()
        simulation = SimulationConfig(
            study_id=definition.study.study_id,
            url=server.url,
            n_sessions=options.sessions,
            n_workers=options.workers,
            bundles_dir=config.bundles_dir,
            simulation_key=config.simulation_key(),
        )
        return simulate(simulation, observers, database)
    finally:
        server.kill_all()


def _export(
    config: ServerConfig, definition: StudyDefinition, database: Database, out: Path
) -> None:
    with database.read() as db:
        chunks = stream_archive(
            db,
            get_study(db, definition.study.study_id),
            sessions="simulated",
            exported_at=datetime.now(UTC),
            bundles_dir=config.bundles_dir,
        )
        write_archive(chunks, out)
