"""`study-server preview`: walk through a study that nobody takes part in yet."""

import argparse
from typing import TYPE_CHECKING, Any

from study_server.commands.options import add_command, add_design_options
from study_server.commands.run import StudyServer, check_address, settings_for
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
    check_address(options.host, options.port)
    settings = settings_for(options.host, options.port, n_threads=N_THREADS)
    with scratch_study(definition, options.bundle) as config:
        StudyServer(config, {**settings, "when_ready": print_start_page}).run()


def print_start_page(arbiter: Any) -> None:
    """Tell where to begin."""
    host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"Preview on http://{shown}:{port}/s/-/ (nothing is kept)", flush=True)
