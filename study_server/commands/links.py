"""`study-server links`: personal links of a study, made, listed and revoked."""

import argparse
from datetime import UTC, datetime
from random import SystemRandom
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.errors import LinkError
from study_server.models import PersonalLink
from study_server.services.links import list_links, make_links, revoke_link

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "links",
        run_command,
        purpose="Make personal links, once to be seen; list or revoke them.",
        example="study-server links make demo --count 20 --address "
        "https://lab.example --data data > links.csv",
    )
    parser.add_argument("action", choices=("make", "list", "revoke"))
    parser.add_argument("study_id", metavar="STUDY_ID")
    parser.add_argument(
        "link_ids", metavar="LINK", type=int, nargs="*", help="numbers to revoke"
    )
    parser.add_argument("--count", type=int, default=1, help="links (%(default)s)")
    parser.add_argument("--label", default="P", help="their names begin so")
    parser.add_argument(
        "--uses", type=int, default=1, help="sessions for each link; 0: any number"
    )
    parser.add_argument("--address", default="", help="of the server, as people see it")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Do it; print a CSV of label and link, or one line for each link."""
    config = server_config(options)
    now = datetime.now(UTC)
    with open_database(config) as database, database.write() as db:
        if options.action == "make":
            labels = [f"{options.label}{n:03}" for n in range(1, options.count + 1)]
            made = make_links(
                db,
                options.study_id,
                labels,
                max_uses=options.uses or None,
                created_at=now,
                rng=SystemRandom(),
            )
            lines = ["label,link"]
            lines += [f"{m.label},{options.address.rstrip('/')}{m.path}" for m in made]
        elif options.action == "revoke":
            if not options.link_ids:
                raise LinkError("say which links to revoke, by their numbers")
            links = [
                revoke_link(db, options.study_id, link_id, revoked_at=now)
                for link_id in options.link_ids
            ]
            lines = [_line(link) for link in links]
        else:
            lines = [_line(link) for link in list_links(db, options.study_id)]
    print("\n".join(lines or ["no links yet"]))


def _line(link: PersonalLink) -> str:
    """One link: number, label, uses, state."""
    most = "any number" if link.max_uses is None else str(link.max_uses)
    state = "revoked" if link.revoked_at else "valid"
    return f"{link.id:>6}  {link.label:<20} used {link.n_uses} of {most}  {state}"
