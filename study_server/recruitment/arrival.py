"""Who comes by a link: what its parameters say. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, get_args

from study_server.recruitment.platform import Field
from study_server.recruitment.platforms import PLATFORMS, PlatformName

FIELDS: tuple[Field, ...] = get_args(Field)
LINK_PARAMETER = "link"
"""Carries the secret of a personal link."""
OURS = (LINK_PARAMETER, "lang")
MAX_VALUE_CHARACTERS = 200
MAX_PARAMETERS = 20
"""Of what means nothing to us; the rest is left out."""


class Naming(Protocol):
    """How a study reads links: its `[recruitment]`."""

    @property
    def platform(self) -> PlatformName:
        """Which platform."""
        ...

    @property
    def parameters(self) -> object:
        """Field to a parameter's own name, as attributes; None: the usual one."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """What a link told; nothing is stored yet."""

    platform: PlatformName = "open"
    participant_id: str | None = None
    """The person's id on the platform."""
    submission_id: str | None = None
    """The platform's id of this participation."""
    study_ref: str | None = None
    """The platform's id of the study."""
    link: str | None = None
    """Secret of a personal link."""
    others: dict[str, str] = field(default_factory=dict)
    """Everything else, names in small letters."""

    @property
    def is_preview(self) -> bool:
        """Whether somebody only looks at the task on the platform."""
        return self.submission_id in PLATFORMS[self.platform].previews


def read_arrival(naming: Naming, given: Mapping[str, str]) -> Arrival:
    """Sort the parameters of a link; case does not matter, blanks at the ends neither.

    Values that are empty, still the platform's placeholder, or too long count as not
    given.
    """
    told = {
        name.lower(): value.strip()
        for name, value in given.items()
        if _is_usable(value.strip()) and len(name) <= MAX_VALUE_CHARACTERS
    }
    found: dict[str, str | None] = {}
    used = set(OURS)
    for name in FIELDS:
        for parameter in _names(naming, name):
            if parameter in told:
                found[name] = told[parameter]
                used.add(parameter)
                break
    others = [(name, value) for name, value in told.items() if name not in used]
    return Arrival(
        platform=naming.platform,
        link=told.get(LINK_PARAMETER),
        others=dict(others[:MAX_PARAMETERS]),
        **found,
    )


def _names(naming: Naming, name: Field) -> tuple[str, ...]:
    """Parameters that may bring the field, in small letters."""
    own = getattr(naming.parameters, name)
    usual = PLATFORMS[naming.platform].parameters.get(name, ())
    return tuple(each.lower() for each in ((own,) if own else usual))


def _is_usable(value: str) -> bool:
    is_placeholder = value.startswith(("{{%", "%", "${"))
    return 0 < len(value) <= MAX_VALUE_CHARACTERS and not is_placeholder
