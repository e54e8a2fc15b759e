"""`study-server create`: make a study from its definition and an imported bundle."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.design.definition import read_definition
from study_server.errors import BundleError
from study_server.links import participant_path
from study_server.models import ImportedBundle
from study_server.services.audit_log import COMMAND_LINE, note
from study_server.services.bundles import load_bundle
from study_server.services.drafts import audit_of, make_draft
from study_server.services.studies import create_study

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "create",
        run_command,
        purpose="Make a study; creating it again unchanged changes nothing.",
        example="study-server create study.toml --bundle demo-0123456789ab --data data",
    )
    parser.add_argument("definition", type=Path, metavar="STUDY.toml")
    parser.add_argument("--bundle", required=True, metavar="BUNDLE_ID")
    parser.add_argument(
        "--draft",
        action="store_true",
        help="let nobody take part before `study-server launch`",
    )
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Check the definition against the bundle; print the participants' path."""
    config = server_config(options)
    definition = read_definition(options.definition)
    with open_database(config) as database, database.write() as db:
        if db.get(ImportedBundle, options.bundle) is None:
            raise BundleError(
                f"no bundle {options.bundle!r} was imported; "
                "`study-server import BUNDLE_DIR` takes one in and prints its id"
            )
        bundle = load_bundle(config.bundles_dir, options.bundle)
        now = datetime.now(UTC)
        if options.draft:
            report = audit_of(definition, bundle)
            study = make_draft(db, definition, bundle, report, created_at=now)
        else:
            study = create_study(db, definition, bundle, created_at=now)
        note(
            db,
            "draft.make" if options.draft else "study.launch",
            actor=COMMAND_LINE,
            done_at=now,
            study_id=study.study_id,
            details={"version": study.version},
        )
        study_id, version = study.study_id, study.version
    print(f"Study {study_id}, version {version}")
    print(f"Participants begin at {participant_path(study_id)}")
