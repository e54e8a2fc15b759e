"""`study-analysis import`: data of others become an export that `report` reads."""

import argparse
from pathlib import Path

from analysis.commands.arguments import Subparsers, add_command

SOURCES = ("borowski2021", "imi2023", "jspsych", "psychopy")


def add_parser(commands: Subparsers) -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "import",
        summary="turn public or laboratory data into an export for `report`",
        description="Read CSV files of Borowski et al. 2021 or of IMI (Zimmermann et "
        "al. 2023), or those of a jsPsych or PsychoPy experiment, and write the same "
        "tables that the study server exports.",
        example="study-analysis import borowski2021 experiment1.csv --out borowski.zip",
    )
    parser.add_argument("source", choices=SOURCES, help="where the data come from")
    parser.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="CSV (or JSON) files, or a folder of CSV files",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR_or_ZIP", help="export to make"
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="OURS=THEIRS",
        help="jspsych, psychopy: which of their columns holds one of ours",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the export."""
    from analysis.importers.cells import ImportFormatError
    from analysis.importers.chosen_files import chosen_files
    from analysis.importers.export import export_files, zipped
    from analysis.importers.listed import read_source
    from analysis.output import write_file, write_folder

    columns = dict(pair.partition("=")[::2] for pair in options.column)
    if unnamed := [ours for ours, theirs in columns.items() if not theirs]:
        raise ImportFormatError(
            f"--column needs OURS=THEIRS; got {unnamed[0]!r} without a name of theirs."
        )
    used, notes = chosen_files(options.source, options.files)
    imported = read_source(options.source, used, columns=columns or None)
    imported.refuse_broken_promises()
    files = export_files(imported)
    if options.out.suffix.lower() == ".zip":
        write_file(options.out, zipped(files))
    else:
        write_folder(options.out, files, inputs_sha256="", command="import")
    for note in (*imported.notes, *imported.doubts, *notes):
        print(note)
    people = imported.trials["participant_id"].nunique()
    print(f"{options.out} ({len(imported.trials)} trials of {people} participants)")
    return 0
