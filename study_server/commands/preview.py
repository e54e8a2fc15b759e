"""`study-server preview`: walk through a study that nobody takes part in yet."""

import argparse
from functools import partial
from typing import TYPE_CHECKING

from study_server.commands.address import Address
from study_server.commands.options import add_command, add_design_options
from study_server.commands.run import StudyServer, settings_for
from study_server.design.definition import read_definition
from study_server.preview.scratch import scratch_study

if TYPE_CHECKING:
    from study_server.commands.options import Commands

N_THREADS = 4


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "preview",
        run_command,
        purpose="Walk through a study in any language, condition and stage; no data "
        "folder is touched, and nothing is kept.",
        example="study-server preview study.toml bundles/demo-0123456789ab",
    )
    add_design_options(parser)
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument(
        "--port", type=int, default=8001, help="default: %(default)s; 0: any free one"
    )


def run_command(options: argparse.Namespace) -> None:
    """Serve the study from a scratch folder until told to stop."""
    definition = read_definition(options.definition)
    with Address(options.host, options.port) as address:
        settings = settings_for(
            address, n_threads=N_THREADS, announce=partial(print_start_page, address)
        )
        with scratch_study(definition, options.bundle) as config:
            StudyServer(config, settings).run()


def print_start_page(address: Address) -> None:
    """Tell where to begin."""
    print(f"Preview on {address.url}/s/-/ (nothing is kept)", flush=True)
