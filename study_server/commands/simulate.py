"""`study-server simulate`: observer models take the study over HTTP."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.simulation.config import read_observers
from study_server.simulation.run import SimulationConfig, simulate

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "simulate",
        run_command,
        purpose="Let simulated participants take a study that is being served. They "
        "are marked as simulated and stay out of exports of people.",
        example="study-server simulate demo --url http://127.0.0.1:8000 "
        "--observers observers.toml --sessions 40 --data data",
    )
    parser.add_argument("study_id", metavar="STUDY_ID")
    parser.add_argument("--url", required=True, help="where the server answers")
    parser.add_argument("--observers", type=Path, required=True, metavar="FILE.toml")
    parser.add_argument(
        "--sessions",
        type=int,
        required=True,
        metavar="N",
        help="completed simulated sessions wanted; those there are count",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=4,
        metavar="N",
        help="sessions that answer at the same time (default: %(default)s)",
    )
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Top up to the wanted number of completed simulated sessions."""
    config = server_config(options)
    simulation = SimulationConfig(
        study_id=options.study_id,
        url=options.url,
        n_sessions=options.sessions,
        n_workers=options.workers,
        bundles_dir=config.bundles_dir,
        simulation_key=config.simulation_key(),
    )
    observers = read_observers(options.observers)
    with open_database(config) as database:
        done = simulate(simulation, observers, database)
    print(
        f"Simulated sessions of {options.study_id}: {done.n_completed} completed in "
        f"all, {done.n_started} started now"
    )
