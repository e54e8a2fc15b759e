"""`study-server simulate`: observer models take the study over HTTP."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.errors import SimulationError
from study_server.simulation.config import (
    ObserverConfig,
    observers_from,
    read_content,
)
from study_server.simulation.models import MODEL_NAMES
from study_server.simulation.run import Simulated, SimulationConfig, simulate

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
        "--observers observers.toml --sessions 40 --data data\n"
        "  study-server simulate demo --url http://127.0.0.1:8000 --accuracy 0.8 "
        "--model able:0.8 --model chance:0.2 --sessions 40 --data data",
    )
    parser.add_argument("study_id", metavar="STUDY_ID")
    parser.add_argument("--url", required=True, help="where the server answers")
    add_observer_options(parser)
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
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    add_data_options(parser)


def add_observer_options(parser: argparse.ArgumentParser) -> None:
    """Who takes the study: a file, and on top of it single options."""
    parser.add_argument(
        "--observers", type=Path, metavar="FILE", help=".toml, or .json of the same"
    )
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="NAME[:SHARE]",
        help="a group of participants; repeatable, in place of the file's groups: "
        f"{', '.join(MODEL_NAMES)}",
    )
    parser.add_argument(
        "--accuracy",
        action="append",
        default=[],
        metavar="[CONDITION=]SHARE",
        help="planted share of correct choices, in a condition or in all; repeatable",
    )
    parser.add_argument("--rng-seed", type=int, metavar="N")


def observers_of(options: argparse.Namespace) -> ObserverConfig:
    """What file and options say together; the options win.

    Raises:
        SimulationError: they say nothing, or what makes no sense.
    """
    content: dict[str, Any] = {"rng_seed": 1}
    if options.observers is not None:
        content |= read_content(options.observers)
    elif not options.accuracy:
        raise SimulationError(
            "nobody knows what the participants can do: give --observers FILE, or "
            "--accuracy 0.8"
        )
    if options.rng_seed is not None:
        content["rng_seed"] = options.rng_seed
    for text in options.accuracy:
        condition, _, share = text.rpartition("=")
        value = _number(share, name="--accuracy", text=text)
        if condition:
            content["accuracy"] = {**content.get("accuracy", {}), condition: value}
        else:
            content["default_accuracy"] = value
    if options.model:
        content["groups"] = [_group(text) for text in options.model]
    return observers_from(content, name=str(options.observers or "the command line"))


def _group(text: str) -> dict[str, Any]:
    name, _, share = text.partition(":")
    number = _number(share or "1", name="--model", text=text)
    return {"name": name, "model": name, "share": number}


def _number(share: str, *, name: str, text: str) -> float:
    try:
        return float(share)
    except ValueError:
        raise SimulationError(f"{name} {text!r}: {share!r} is no number") from None


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
    observers = observers_of(options)
    with open_database(config) as database:
        done = simulate(simulation, observers, database)
    if options.json:
        print(json.dumps(facts_of(done), indent=2))
        return
    print_done(options.study_id, done)


def print_done(study_id: str, done: Simulated) -> None:
    """For people: how many sessions there are, and what each group sent."""
    print(
        f"Simulated sessions of {study_id}: {done.n_completed} completed in all, "
        f"{done.n_started} started now"
    )
    for group, counts in done.by_group().items():
        told = ", ".join(f"{counts[name]} {name}" for name in counts)
        print(f"  {group}: {told}")


def facts_of(done: Simulated) -> dict[str, Any]:
    """For programs: numbers, and which session was of which group."""
    return {
        "completed": done.n_completed,
        "started": done.n_started,
        "groups": done.by_group(),
        "sessions": [
            {
                "session_id": each.session_id,
                "group": each.group,
                "is_completed": each.is_completed,
                **each.counts,
            }
            for each in done.taken
        ],
    }
