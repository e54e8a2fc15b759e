"""`accentuate bundle`: make everything a study needs from a plan."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator.bundles.plan import PlanDraft, draft_plan
from generator.bundles.plan_sources import (
    PlanOverrides,
    apply_network,
    find_finished,
    remember_finished,
    sources_key,
)
from generator.cluster.cluster_config import ClusterConfig
from generator.commands.arguments import add_command
from generator.commands.progress_bar import ProgressBar
from generator.config_checks import check_number
from generator.errors import ConfigError
from generator.jobs import WorkFolder


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "bundle",
        summary="Make a stimulus bundle from a plan.",
        example="accentuate bundle plan.toml --photographs photographs --out bundles",
    )
    parser.description = (
        "Make a stimulus bundle from a plan: exemplars, seed images, accentuations, "
        "feature visualizations and query pairs. A run that was stopped goes on where "
        "it was; a finished bundle is found again."
    )
    parser.add_argument("plan", type=Path, metavar="PLAN.toml")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for bundles"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="check the plan and count, make nothing"
    )
    parser.add_argument(
        "--network", metavar="NAME", help="in place of the plan's network"
    )
    parser.add_argument(
        "--weights", type=Path, metavar="PATH", help="in place of the plan's weights"
    )
    parser.add_argument(
        "--photographs",
        type=Path,
        metavar="DIR",
        help="in place of the plan's photographs; sub-folders are classes",
    )
    parser.add_argument(
        "--work",
        type=Path,
        metavar="DIR",
        help="folder of unfinished work (default: .work in the folder for bundles)",
    )
    _add_machine_arguments(parser)
    parser.set_defaults(run=run)


def _add_machine_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("machines")
    group.add_argument(
        "--device", help="cpu, cuda or cuda:N, in place of the plan's device"
    )
    group.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="of each process that makes pictures; the same number gives the same "
        "bytes (default: torch's own; with --cluster 1)",
    )
    group.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="make the pictures on a Ray cluster: local starts one here, auto or "
        "HOST:PORT joins one",
    )
    group.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes on the cluster (default: 2 on a local one, else as many as it "
        "has room for)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the bundle, or find it finished; returns the exit code."""
    draft = draft_plan(arguments.plan)
    cluster = _cluster_from(arguments, draft)
    overrides = PlanOverrides(
        network=arguments.network,
        weights=arguments.weights,
        photographs=arguments.photographs,
        # The driver of a cluster needs no GPU of its own.
        device="cpu" if cluster else arguments.device,
        is_elsewhere=cluster is not None,
    )
    draft = apply_network(draft, overrides)
    out: Path = arguments.out
    work: Path = arguments.work or out / ".work"
    key = sources_key(draft, overrides)
    if finished := find_finished(out, work, key):
        print("finished before:", file=sys.stderr)
        print(finished.folder)
        return 0
    # Imported late, because torch takes seconds that a finished bundle needs not wait.
    from generator.bundles.estimate import estimate_bundle
    from generator.bundles.plan_check import check_plan
    from generator.bundles.run import make_bundle
    from generator.cluster.choice import executor_for, use_threads

    use_threads(cluster.n_threads if cluster else arguments.threads)
    checked = check_plan(draft, overrides)
    if arguments.dry_run:
        print(estimate_bundle(checked).as_text(checked))
        return 0
    try:
        with (
            executor_for(checked.network, cluster) as executor,
            ProgressBar() as progress,
        ):
            bundle = make_bundle(
                checked,
                out,
                work=WorkFolder(path=work),
                progress=progress,
                created_at=datetime.now(UTC),
                executor=executor,
            )
    except KeyboardInterrupt:
        print(
            "\ninterrupted; finished work is kept: give the same command to go on",
            file=sys.stderr,
        )
        return 130
    remember_finished(work, key, bundle)
    print(f"{len(bundle.stimuli())} stimuli in:", file=sys.stderr)
    print(bundle.folder)
    return 0


def _cluster_from(
    arguments: argparse.Namespace, draft: PlanDraft
) -> ClusterConfig | None:
    """The cluster that is asked for; None: this machine."""
    if arguments.threads is not None:
        check_number("--threads", arguments.threads, at_least=1)
    if arguments.cluster is None:
        if arguments.workers is not None:
            raise ConfigError("--workers needs --cluster, e.g. --cluster local")
        return None
    table = draft.tables["network"]
    return ClusterConfig(
        address=arguments.cluster,
        n_workers=arguments.workers,
        n_threads=arguments.threads or 1,
        device=arguments.device or (table.device if table else "cpu"),
    )
