"""`study-server webhook`: secrets and subscriptions of a platform's messages."""

import argparse
import getpass
import sys
from typing import TYPE_CHECKING

from study_server.commands.options import add_command, add_data_options, server_config
from study_server.errors import RecruitmentError
from study_server.recruitment.prolific_api import EVENT_TYPES, prolific_api
from study_server.recruitment.secret_store import SecretStore

if TYPE_CHECKING:
    from study_server.commands.options import Commands

PROLIFIC = "prolific"
ACTIONS = ("status", "set-secret", "forget", "set-token", "subscribe", "confirm")
HOOK_PATH = "/api/hooks/prolific"


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "webhook",
        run_command,
        purpose="Let Prolific tell the server of returned and timed-out submissions.",
        example="study-server webhook subscribe --workspace 6351 "
        "--address https://lab.example --data data",
    )
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("--workspace", help="id of the workspace on Prolific")
    parser.add_argument("--address", help="of this server, as the Internet sees it")
    parser.add_argument("--subscription", help="id of the subscription to confirm")
    parser.add_argument("--secret", help="of the subscription, from X-Hook-Secret")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Do it and print what is known now; no secret is printed."""
    store = SecretStore(server_config(options).data_dir)
    if options.action == "set-secret":
        store.set_webhook_secret(PROLIFIC, _ask_for("Webhook secret"))
    elif options.action == "forget":
        store.forget_webhook_secrets(PROLIFIC)
    elif options.action == "set-token":
        store.set_api_token(_ask_for("API token"))
    elif options.action == "subscribe":
        _subscribe(options, store)
    elif options.action == "confirm":
        names = ("subscription", "secret")
        subscription, secret = (_needed(options, name) for name in names)
        prolific_api(store).confirm(subscription, secret)
    n_secrets = len(store.webhook_secrets(PROLIFIC))
    print(f"Webhook secrets of {PROLIFIC}: {n_secrets} valid; endpoint {HOOK_PATH}")
    print(f"API token: {'set' if store.api_token() else 'none'}")


def _subscribe(options: argparse.Namespace, store: SecretStore) -> None:
    """A new secret, and a confirmed subscription for each kind of message."""
    workspace = _needed(options, "workspace")
    target = _needed(options, "address").rstrip("/") + HOOK_PATH
    if not target.startswith("https://"):
        raise RecruitmentError(f"Prolific sends to https:// only; got {target!r}")
    api = prolific_api(store)
    if not store.webhook_secrets(PROLIFIC):
        store.set_webhook_secret(PROLIFIC, api.create_secret(workspace))
    for event_type in EVENT_TYPES:
        subscription = api.subscribe(workspace, event_type, target)
        print(f"Subscribed to {event_type}: {subscription}")


def _needed(options: argparse.Namespace, name: str) -> str:
    value = getattr(options, name)
    if not value:
        raise RecruitmentError(f"{options.action} needs --{name}")
    return str(value)


def _ask_for(what: str) -> str:
    """A secret from the keyboard, or from a pipe: it stands in no command line."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{what}: ")
    return sys.stdin.readline()
