"""`[recruitment]`: where participants come from and how they go back. Pure."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from study_server.design.parts.base import Part, Text
from study_server.recruitment.platforms import PLATFORMS, PlatformName
from study_server.recruitment.returning import (
    PLACEHOLDERS,
    unknown_placeholders,
)

Parameter = Annotated[str, Field(min_length=1, max_length=64)]
StudyName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class ParametersPart(Part):
    """Which parameter of the link brings which of our fields; case does not matter."""

    participant_id: Parameter | None = None
    """The person. None: as the platform usually names it."""

    submission_id: Parameter | None = None
    """This one participation. None: as the platform usually names it."""

    study_ref: Parameter | None = None
    """The study on the platform. None: as the platform usually names it."""


class RecruitmentPart(Part):
    """Where participants come from, and how they go back."""

    platform: PlatformName = "open"
    """`open`: whoever has the link, unless `links` says otherwise. `generic`: any
    service, by the `parameters` of its links."""

    parameters: ParametersPart = ParametersPart()
    """Names of the link's parameters where they are not the platform's usual ones:
    `participant_id`, `submission_id`, `study_ref`."""

    links: Literal["open", "personal"] = "open"
    """`personal`: only links made by `study-server links` let people in."""

    is_id_required: bool = True
    """Whether a link without the person's id lets nobody begin; `open` links have
    none anyway."""

    family: StudyName | None = None
    """Studies of one family are taken by each person once in all. None: this one."""

    return_url: Text | None = None
    """Where the button of a last page with a code leads, unless its outcome says
    otherwise. None: as the platform has it."""

    pay_cents: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """Promised for a completed session, in hundredths of `currency`. None: not told."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "GBP"
    """Of the pay, by its three letters."""

    has_own_codes: bool = False
    """Whether each session's code has an end of its own, so that nobody can pass it
    on. Not for platforms that know codes beforehand."""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        platform = PLATFORMS[self.platform]
        if self.platform == "generic" and self.parameters.participant_id is None:
            raise ValueError(
                "platform 'generic' needs parameters.participant_id: the name of the "
                "parameter that carries the person's id in the service's links"
            )
        if platform.needs_return_url and self.return_url is None:
            raise ValueError(
                f"platform {self.platform!r} needs return_url; {platform.return_hint}"
            )
        if self.has_own_codes and platform.knows_codes:
            raise ValueError(
                f"platform {self.platform!r} knows its codes beforehand; take "
                "has_own_codes out"
            )
        return self._checked_url()

    def _checked_url(self) -> Self:
        if self.return_url is None:
            return self
        if urlsplit(self.return_url).scheme not in ("https", "http"):
            raise ValueError(
                f"return_url must begin with https://; got {self.return_url!r}"
            )
        if unknown := unknown_placeholders(self.return_url):
            raise ValueError(
                f"return_url has {', '.join(unknown)}; it may have "
                f"{', '.join(PLACEHOLDERS)}"
            )
        return self
