"""`study-server check`: does a definition fit a bundle, and what does it plan."""

import argparse
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from study_server.bundle import Bundle, read_bundle
from study_server.commands.options import add_command
from study_server.design.assignment import williams_sequences
from study_server.design.definition import StudyDefinition, read_definition
from study_server.design.fit import check_fit, main_features
from study_server.design.schedule import draw_plan

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "check",
        run_command,
        purpose="Check a study definition against a bundle; print what it plans.",
        example="study-server check study.toml bundles/demo-0123456789ab",
    )
    parser.add_argument("definition", type=Path, metavar="STUDY.toml")
    parser.add_argument("bundle", type=Path, metavar="BUNDLE_DIR")


def run_command(options: argparse.Namespace) -> None:
    """Refuse with the faults, or print the counts of the design."""
    definition = read_definition(options.definition)
    bundle = read_bundle(options.bundle)
    check_fit(definition, bundle)
    print("\n".join(design_counts(definition, bundle)))


def design_counts(definition: StudyDefinition, bundle: Bundle) -> list[str]:
    """What the study asks of one participant, and how many fill the design."""
    design, study = definition.design, definition.study
    n_conditions = len(design.conditions)
    n_sequences = len(williams_sequences(n_conditions))
    n_cells = n_conditions * n_sequences * design.n_query_pairs
    n_main = len(main_features(definition, bundle))
    plan = draw_plan(definition, bundle, slot_index=0, rng=Random(study.rng_seed))
    kinds = Counter(trial.trial_kind for trial in plan)
    return [
        f"study       {study.study_id}: {study.title}",
        f"bundle      {bundle.bundle_id}: {len(bundle.features)} features, "
        f"{len(bundle.stimuli)} images, all checked",
        f"conditions  {n_conditions}: {', '.join(design.conditions)}",
        f"features    {n_main} in main trials, {n_main // n_conditions} per condition; "
        f"{len(design.practice_features)} in practice",
        f"trials      {kinds['practice']} practice, {kinds['main']} main, "
        f"{kinds['catch']} catch per session",
        f"balance     {n_conditions} lists x {n_sequences} orders x "
        f"{design.n_query_pairs} pairs = {n_cells} cells; {study.n_slots} slots give "
        f"{study.n_slots / n_cells:.2f} per cell",
    ]
