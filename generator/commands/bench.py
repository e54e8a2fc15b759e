"""`accentuate bench`: how fast this machine accentuates, beside other libraries."""

import argparse
import json
import os
import shlex
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.commands.arguments import add_command
from generator.errors import BenchmarkError

if TYPE_CHECKING:
    from generator.benchmark.peer_environment import PeersEnvironment
    from generator.benchmark.report import BenchmarkReport
    from generator.benchmark.setting import BenchmarkSetting


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "bench",
        summary="Time accentuations on this machine, beside other libraries.",
        details="Everything runs in turn, in processes of its own; what is printed are "
        "medians. The floor is what the network's own passes take that no step can do "
        "without.",
        example=(
            "accentuate bench\n"
            "  accentuate bench --install-peers\n"
            "  accentuate bench --peers faccent,horama --threads 2 --json\n"
            "  accentuate bench --network mobilenet_v2 --weights mobilenet_v2.pth \\\n"
            "    --regularization-layer features.3 --canvas 256 --peers faccent \\\n"
            "    --equal-result trade_off"
        ),
    )
    _add_setting(parser)
    group = parser.add_argument_group("what is timed")
    group.add_argument(
        "--peers",
        default="",
        metavar="NAMES",
        help="faccent, horama, or both with a comma between (default: none)",
    )
    group.add_argument(
        "--peers-environment",
        type=Path,
        metavar="DIR",
        help="where the peers are installed (default: .peers)",
    )
    group.add_argument(
        "--install-peers",
        action="store_true",
        help="install them there, some 6 GB, and time nothing",
    )
    group.add_argument(
        "--repeats",
        type=int,
        default=3,
        metavar="N",
        help="turns of each library (default: 3)",
    )
    group.add_argument(
        "--no-jobs-scaling",
        action="store_true",
        help="leave out how the cost grows from 1 to 10 to 100 jobs",
    )
    group.add_argument(
        "--packed-jobs",
        type=int,
        metavar="N",
        help="also time N jobs searched together: throughput, and how busy the device "
        "is (default: on cuda as many as it holds, on a processor none)",
    )
    group.add_argument(
        "--equal-result",
        type=Path,
        metavar="DIR",
        help="also time everybody's own way to its result, and write the trade-off "
        "curve of activation against seconds here (extra `figures`)",
    )
    group.add_argument(
        "--json", action="store_true", help="print one JSON object and nothing else"
    )
    parser.set_defaults(run=run)


def _add_setting(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what everybody is asked for")
    group.add_argument(
        "--network",
        default="googlenet",
        metavar="NAME",
        help="a classifier of torchvision (default: googlenet)",
    )
    group.add_argument(
        "--weights",
        type=Path,
        metavar="PATH",
        help=".safetensors or .pth file (default: untrained weights)",
    )
    group.add_argument(
        "--photograph",
        type=Path,
        metavar="FILE",
        help="(default: scikit-image's cat)",
    )
    group.add_argument("--logit", type=int, default=281, metavar="N", help="(281)")
    group.add_argument("--canvas", type=int, default=512, metavar="PX", help="(512)")
    group.add_argument("--draws", type=int, default=16, metavar="N", help="crops (16)")
    group.add_argument("--steps", type=int, default=8, metavar="N", help="timed (8)")
    group.add_argument(
        "--regularization-layer",
        default="inception4a",
        metavar="NAME",
        help="where the penalty looks, `none` for no penalty (default: inception4a)",
    )
    group.add_argument(
        "--threads",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="of the processor (default: one per core)",
    )
    group.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")


def run(arguments: argparse.Namespace) -> int:
    """Time, and print the table or the JSON."""
    # Imported late: `--help` need not wait seconds for torch.
    from generator.benchmark.peer_environment import (
        DEFAULT_FOLDER,
        PeersEnvironment,
        install_peers,
    )

    environment = PeersEnvironment(folder=arguments.peers_environment or DEFAULT_FOLDER)
    if arguments.install_peers:
        install_peers(environment)
        return 0
    if arguments.repeats < 1:
        raise BenchmarkError(f"--repeats must be at least 1; got {arguments.repeats}")
    if arguments.packed_jobs is not None and arguments.packed_jobs < 1:
        raise BenchmarkError(
            f"--packed-jobs must be at least 1; got {arguments.packed_jobs}"
        )
    report = _measure(arguments, _setting_from(arguments), environment)
    if arguments.json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        print(report.to_markdown())
    return 0


def _setting_from(arguments: argparse.Namespace) -> "BenchmarkSetting":
    from generator.benchmark.setting import BenchmarkSetting
    from generator.demo.sources import folder

    layer = arguments.regularization_layer
    return BenchmarkSetting(
        photograph=arguments.photograph or folder() / "chelsea.png",
        network=arguments.network,
        weights=arguments.weights,
        logit=arguments.logit,
        canvas_px=arguments.canvas,
        draws_per_step=arguments.draws,
        steps=arguments.steps,
        regularization_layer=None if layer == "none" else layer,
        n_threads=arguments.threads,
        device=arguments.device,
    )


def _measure(
    arguments: argparse.Namespace,
    setting: "BenchmarkSetting",
    environment: "PeersEnvironment",
) -> "BenchmarkReport":
    from generator.benchmark.comparison import ACCENTUATION_STEPS, compare
    from generator.benchmark.equal_result import speedup_at_equal_result, trade_off
    from generator.benchmark.inputs import load_inputs
    from generator.benchmark.packed import measure_packed
    from generator.benchmark.peer_environment import check_peers
    from generator.benchmark.peers import check_peers_know, run_peer
    from generator.benchmark.report import BenchmarkReport
    from generator.benchmark.scaling import measure_scaling
    from generator.benchmark.trade_off_figure import write_trade_off
    from generator.circuits.figure import check_figures_installed
    from generator.results.result_folder import ResultFolder

    peers = [name for name in arguments.peers.split(",") if name]
    out = None
    if arguments.equal_result is not None:
        check_figures_installed()
        out = ResultFolder.create(arguments.equal_result)
    if check_peers(peers):
        check_peers_know(setting.network)
        environment.check()
    # What cannot be loaded is refused before anything is timed.
    load_inputs(setting).network.moved_to(setting.device)
    comparison = compare(
        setting, peers, environment, repeats=arguments.repeats, tell=_tell
    )
    scaling = [] if arguments.no_jobs_scaling else measure_scaling(setting, tell=_tell)
    packed = None
    if arguments.packed_jobs is not None or setting.device.startswith("cuda"):
        packed = measure_packed(
            setting,
            n_jobs=arguments.packed_jobs,
            n_steps=ACCENTUATION_STEPS,
            tell=_tell,
        )
    points, equal_result = [], None
    if out is not None:
        runs = {name: partial(run_peer, environment, name) for name in comparison.peers}
        points = trade_off(setting, runs, tell=_tell)
        others = ["accentuate, preset faccent", *runs]
        equal_result = {name: speedup_at_equal_result(points, name) for name in others}
        write_trade_off(points, out)
    return BenchmarkReport(
        command=shlex.join(["accentuate", *sys.argv[1:]]),
        when=datetime.now(UTC),
        comparison=comparison,
        scaling=scaling,
        packed=packed,
        trade_off=points,
        equal_result=equal_result,
    )


def _tell(what: str) -> None:
    print(f"timing {what}", file=sys.stderr, flush=True)
