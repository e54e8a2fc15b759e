"""What the server must know of a recruitment platform. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Field = Literal["participant_id", "submission_id", "study_ref"]
Effect = Literal["none", "returned", "timed_out", "rejected"]
"""What a submission's state means for its slot."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """One platform; everything that differs between platforms is said here."""

    title: str
    """For people."""

    parameters: Mapping[Field, tuple[str, ...]]
    """Field to the parameters that may bring it; the first one found counts."""

    link_suffix: str = ""
    """What a study's link ends with on the platform, placeholders of theirs."""

    previews: tuple[str, ...] = ()
    """Submission ids of people who only look."""

    return_url: str | None = None
    """Where a last page with a code leads; see `returning.py` for placeholders."""

    needs_return_url: bool = False
    """Whether the researcher has to give the address back."""

    return_hint: str = ""
    """Where the researcher finds it."""

    pays_by_return: bool = False
    """Whether opening the address pays: then only paid outcomes lead there."""

    knows_codes: bool = False
    """Whether codes are entered on the platform beforehand, one for each outcome."""

    home_url: str | None = None
    """Where pages without a code lead."""

    max_minutes: int | None = None
    """Longest time it grants a participant. None: not limited or not known."""

    effects: Mapping[str, Effect] = field(default_factory=dict)
    """State of a submission, as `plain_state` has it, to what it means for the slot."""

    complete_states: tuple[str, ...] = ()
    """States in which the platform holds a submission for complete."""

    no_code: tuple[str, ...] = ("",)
    """What stands in place of a code that was not given, in small letters."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """`participant_id`, `submission_id`, `status`, `code` to their columns in the
    platform's CSV; case, spaces and punctuation do not matter."""

    def effect_of(self, status: str) -> Effect:
        """What a state means for the slot; one we do not know means nothing."""
        return self.effects.get(plain_state(status), "none")


def plain_state(status: str) -> str:
    """A state as it is compared: `TIMED_OUT`, `Timed-out` and `timed out` are one."""
    return " ".join(status.lower().replace("_", " ").replace("-", " ").split())
