"""The address a last page leads back to. Pure."""

import string
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote

from study_server.recruitment.mturk import submit_url
from study_server.recruitment.platforms import PLATFORMS, PlatformName

PLACEHOLDERS = (
    "{code}",
    "{participant_id}",
    "{submission_id}",
    "{study_ref}",
    "{survey_code}",
)
"""`{survey_code}` is the id the participant came with, as SONA calls it."""
KNOWN = {name.strip("{}") for name in PLACEHOLDERS}


def unknown_placeholders(template: str) -> list[str]:
    """Braces in an address that nothing can be put into."""
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    except ValueError:
        return ["a single brace"]
    return [f"{{{name}}}" for name in sorted(names - KNOWN)]


def fill(template: str, values: Mapping[str, str | None]) -> str:
    """The address with its values, each made safe for an address.

    Args:
        values: placeholder without braces to value; one that is None becomes empty.
    """
    filled = template
    for name in sorted(KNOWN):
        value = values.get("participant_id" if name == "survey_code" else name)
        filled = filled.replace(f"{{{name}}}", quote(value or "", safe=""))
    return filled


class Recruitment(Protocol):
    """A study's `[recruitment]`, as far as it is needed here."""

    @property
    def platform(self) -> PlatformName:
        """Which platform."""
        ...

    @property
    def return_url(self) -> str | None:
        """The study's own way back from all pages with a code."""
        ...


class Ending(Protocol):
    """One of a study's `[[outcomes]]`, as far as it is needed here."""

    @property
    def return_url(self) -> str | None:
        """Its own way back."""
        ...

    @property
    def is_paid(self) -> bool:
        """Whether the platform pays for it."""
        ...


class Origin(Protocol):
    """The ids somebody came with."""

    @property
    def participant_id(self) -> str | None:
        """The person."""
        ...

    @property
    def submission_id(self) -> str | None:
        """This participation."""
        ...

    @property
    def study_ref(self) -> str | None:
        """The study on the platform."""
        ...

    @property
    def others(self) -> dict[str, str]:
        """Parameters that mean nothing to us, names in small letters."""
        ...


def way_back(
    recruitment: Recruitment,
    ending: Ending,
    origin: Origin | None,
    *,
    code: str | None,
) -> str | None:
    """The address of a last page's button; None: there is no button.

    An outcome's own address comes first. Pages without a code lead to the platform's
    first page; so do unpaid ones where the usual address would pay.
    """
    platform = PLATFORMS[recruitment.platform]
    values = {"code": code}
    for name in ("participant_id", "submission_id", "study_ref"):
        values[name] = getattr(origin, name) if origin is not None else None
    if ending.return_url is not None:
        return fill(ending.return_url, values)
    if code is None or (platform.pays_by_return and not ending.is_paid):
        return platform.home_url
    template = recruitment.return_url or platform.return_url
    if template is not None:
        return fill(template, values)
    if origin is not None and values["submission_id"]:
        return submit_url(
            origin.others, assignment_id=values["submission_id"], code=code
        )
    return None
