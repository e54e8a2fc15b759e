"""`study-server token`: tokens by which programs ask for exports."""

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.errors import TokenError
from study_server.models import ApiToken, Scope
from study_server.services.api_tokens import (
    DEFAULT_DAYS,
    create_token,
    list_tokens,
    revoke_token,
    state_of,
)
from study_server.services.audit_log import COMMAND_LINE, note

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "token",
        run_command,
        purpose="Make a token for the researchers' API, once to be seen; list or "
        "revoke them.",
        example="study-server token create 'analysis laptop' --study demo --data data",
    )
    parser.add_argument("action", choices=("create", "list", "revoke"))
    parser.add_argument(
        "which", metavar="NAME | NUMBER", nargs="?", help="to create; to revoke"
    )
    parser.add_argument("--study", metavar="STUDY_ID", help="good for this one alone")
    parser.add_argument(
        "--scope",
        action="append",
        choices=tuple(Scope),
        help=f"what it is good for; may be repeated (default: {Scope.EXPORT_READ})",
    )
    parser.add_argument(
        "--days", type=int, default=DEFAULT_DAYS, help="it lasts (%(default)s)"
    )
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Do it. A new secret goes to standard output alone, so that it can be kept."""
    config = server_config(options)
    now = datetime.now(UTC)
    with open_database(config) as database, database.write() as db:
        lines = _run(db, options, now)
    print("\n".join(lines))


def _run(db: Session, options: argparse.Namespace, now: datetime) -> list[str]:
    if options.action == "list":
        return [_line(each, now) for each in list_tokens(db)] or ["no tokens yet"]
    if options.which is None:
        raise TokenError(f"say which token to {options.action}: its name or its number")
    if options.action == "revoke":
        token = revoke_token(db, _number(options.which), revoked_at=now)
        _note(db, "token.revoke", token, now)
        return [_line(token, now)]
    made = create_token(
        db,
        label=options.which,
        study_id=options.study,
        scopes=[Scope(scope) for scope in options.scope or [Scope.EXPORT_READ]],
        created_by=COMMAND_LINE,
        created_at=now,
        days=options.days,
    )
    _note(db, "token.create", made.token, now)
    print(
        f"Good for {_good_for(made.token)} until "
        f"{made.token.expires_at:%Y-%m-%d %H:%M} UTC. It is shown only now:",
        file=sys.stderr,
    )
    return [made.secret]


def _note(db: Session, action: str, token: ApiToken, now: datetime) -> None:
    note(
        db,
        action,
        actor=COMMAND_LINE,
        done_at=now,
        study_id=token.study_id,
        details={"token": token.id, "label": token.label, "scopes": token.scopes},
    )


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise TokenError(f"a token is revoked by its number; got {text!r}") from error


def _line(token: ApiToken, now: datetime) -> str:
    """One token: number, name, what for, until when, state, last use."""
    used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never"
    return (
        f"{token.id:>6}  {token.label:<24} {_good_for(token):<32} until "
        f"{token.expires_at:%Y-%m-%d}  {state_of(token, at=now):<8} last used {used}"
    )


def _good_for(token: ApiToken) -> str:
    return f"{token.scopes} of {token.study_id or 'all studies'}"
