"""`study-server researcher`: accounts of the people who run studies."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.errors import AccountError
from study_server.models import Role
from study_server.services.audit_log import COMMAND_LINE, note
from study_server.services.logins import end_logins
from study_server.services.researchers import (
    add_researcher,
    change_role,
    get_researcher,
    list_researchers,
    remove_researcher,
    reset_password,
)
from study_server.services.second_factor import remove_authenticator

if TYPE_CHECKING:
    from study_server.commands.options import Commands

ACTIONS = ("add", "list", "remove", "role", "reset-password", "revoke-sessions")


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "researcher",
        run_command,
        purpose="Add, list, change or remove researchers; give a new one-time "
        "password; log somebody out everywhere.",
        example="study-server researcher add ada --role analyst --data data",
    )
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("name", metavar="NAME", nargs="?")
    parser.add_argument(
        "--role", choices=[role.value for role in Role], help="default: editor"
    )
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Change the account, or print all of them."""
    with open_database(server_config(options)) as database:
        if options.action == "list":
            with database.read() as db:
                for each in list_researchers(db):
                    factor = "second factor" if each.totp_salt else "password only"
                    print(f"{each.name}\t{each.role}\t{factor}")
            return
        if options.name is None:
            raise AccountError(f"name whom to {options.action}")
        with database.write() as db:
            act(db, options.action, options.name, options.role)
            note(
                db,
                f"people.{options.action}",
                actor=COMMAND_LINE,
                done_at=datetime.now(UTC),
                details={"name": options.name, "role": options.role},
            )


def act(db: Session, action: str, name: str, role: str | None) -> None:
    """One change of one account, and what to tell."""
    password = None
    if action == "add":
        chosen = Role(role or Role.EDITOR)
        password = add_researcher(db, name, created_at=datetime.now(UTC), role=chosen)
    elif action == "reset-password":
        password = reset_password(db, name)
        remove_authenticator(db, get_researcher(db, name))
    elif action == "role":
        change_role(db, name, Role(role or Role.EDITOR))
    elif action == "revoke-sessions":
        end_logins(db, get_researcher(db, name).id)
    else:
        remove_researcher(db, name)
    print(f"Researcher: {name}")
    if password is not None:
        print(f"One-time password: {password}")
        print("It is shown only now, and must be changed at the first login at /admin.")
