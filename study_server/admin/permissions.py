"""Which page a role may open: every endpoint of the panel has its line. No Flask."""

from collections.abc import Mapping

from study_server.models import Role

ANYONE = ("login", "log_in", "setup", "set_up")
"""Pages for people who have not logged in."""

HALF_LOGGED_IN = ("second_factor", "give_second_factor", "logout")
"""Pages for people who have given the password and not yet the second factor."""

UNFINISHED_ACCOUNT = (
    "password",
    "set_password",
    "authenticator",
    "add_authenticator",
    "logout",
)
"""Pages for an account whose one-time password, or second factor, is still due."""

LEAST_ROLE: Mapping[str, Role] = {
    "logout": Role.VIEWER,
    "account": Role.VIEWER,
    "password": Role.VIEWER,
    "set_password": Role.VIEWER,
    "authenticator": Role.VIEWER,
    "add_authenticator": Role.VIEWER,
    "renew_recovery_codes": Role.VIEWER,
    "end_other_logins": Role.VIEWER,
    "second_factor": Role.VIEWER,
    "give_second_factor": Role.VIEWER,
    "people": Role.OWNER,
    "add_person": Role.OWNER,
    "change_person": Role.OWNER,
    "audit_log": Role.OWNER,
    "studies": Role.VIEWER,
    "study": Role.VIEWER,
    "new_study": Role.EDITOR,
    "create_study": Role.EDITOR,
    "versions": Role.ANALYST,
    "run_dry": Role.EDITOR,
    "preview_study": Role.EDITOR,
    "launch_draft": Role.OWNER,
    "live_page": Role.VIEWER,
    "unblind_study": Role.OWNER,
    "confirm_status": Role.EDITOR,
    "change_status": Role.EDITOR,
    "export": Role.ANALYST,
    "sessions": Role.ANALYST,
    "participant_story": Role.ANALYST,
    "erase": Role.OWNER,
    "free": Role.EDITOR,
    "stimuli": Role.ANALYST,
    "stimulus": Role.ANALYST,
    "bonuses": Role.EDITOR,
    "propose_bonuses": Role.EDITOR,
    "confirm_bonuses": Role.OWNER,
    "bonus_file": Role.EDITOR,
    "links": Role.EDITOR,
    "add_links": Role.EDITOR,
    "end_link": Role.EDITOR,
    "reconcile_form": Role.EDITOR,
    "reconcile": Role.EDITOR,
}
"""Endpoint, without the blueprint's name, to the least role that may open it."""


def may_open(role: Role, endpoint: str) -> bool:
    """Whether a role may open a page; one without a line is for nobody."""
    least = LEAST_ROLE.get(endpoint.removeprefix("admin."))
    return least is not None and role.includes(least)
