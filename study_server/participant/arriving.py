"""Who comes by a study's link: read from its parameters, kept until Start is pressed.

Looking at a page changes nothing on the server: fetchers of link previews look, too.
"""

from collections.abc import Mapping
from typing import NamedTuple

from flask import request
from flask import session as visit
from sqlalchemy.orm import Session

from study_server.current import config
from study_server.design.definition import StudyDefinition
from study_server.models import PersonalLink, StudySession
from study_server.participant.blueprint import is_simulated, randomness
from study_server.participant.sitting import find_sitting
from study_server.recruitment.arrival import MAX_PARAMETERS, Arrival, read_arrival
from study_server.recruitment.platforms import PLATFORMS
from study_server.services.identities import Identity, identify
from study_server.services.links import can_begin, find_link
from study_server.services.secrets import new_id

LANGUAGE_PARAMETER = "lang"
MAX_KEPT_CHARACTERS = 1500
"""Of parameters in the visit's cookie, which a browser limits to 4 kB."""


class Arriving(NamedTuple):
    """Somebody before Start."""

    identity: Identity
    link: PersonalLink | None

    def is_other_than(self, session: StudySession) -> bool:
        """Whether somebody else sat at this browser before."""
        person = self.identity.pseudonym
        return person is not None and session.pseudonym != person


def who_arrives(
    db: Session,
    definition: StudyDefinition,
    parameters: Mapping[str, str] | None = None,
) -> Arriving:
    """Whom the link names.

    Args:
        parameters: of the link. None: those the browser was opened with.
    """
    study_id = definition.study.study_id
    given = kept_parameters(study_id) if parameters is None else parameters
    arrival = read_arrival(definition.recruitment, given)
    link = find_link(db, study_id, arrival.link)
    identity = identify(
        definition,
        arrival,
        key=config().pseudonym_key(),
        link_max_uses=link.max_uses if link is not None else None,
        is_simulated=is_simulated(),
    )
    return Arriving(identity, link)


def arrival_here(definition: StudyDefinition) -> Arrival:
    """What the link that opened this browser said."""
    given = kept_parameters(definition.study.study_id)
    return read_arrival(definition.recruitment, given)


def find_own_sitting(
    db: Session, study_id: str, arriving: Arriving
) -> StudySession | None:
    """The browser's session, unless it is that of somebody who sat here before."""
    session = find_sitting(db, study_id)
    if session is not None and arriving.is_other_than(session):
        return None
    return session


def obstacle(definition: StudyDefinition, arriving: Arriving) -> str | None:
    """Why this link lets nobody begin: a page's name in the catalogue; None: it does.

    Whoever has begun already is not asked.
    """
    arrival, link = arriving.identity.arrival, arriving.link
    recruitment = definition.recruitment
    if arrival.is_preview:
        return "preview"
    if is_simulated() or config().is_preview:
        return None
    if recruitment.links == "personal" and (link is None or not can_begin(link)):
        return "bad_link"
    if link is not None and not can_begin(link):
        return "bad_link"
    sends_ids = recruitment.platform in PLATFORMS_WITH_IDS
    if sends_ids and recruitment.is_id_required and arrival.participant_id is None:
        return "no_id"
    return None


PLATFORMS_WITH_IDS = tuple(name for name in PLATFORMS if name != "open")


def keep_parameters(study_id: str) -> None:
    """Keep the parameters of the link in the visit's cookie, if there are any."""
    given = {
        name: value
        for name, value in list(request.args.items())[: 2 * MAX_PARAMETERS]
        if name != LANGUAGE_PARAMETER
    }
    if given and sum(map(len, [*given, *given.values()])) <= MAX_KEPT_CHARACTERS:
        visit[_key(study_id)] = given


def kept_parameters(study_id: str) -> dict[str, str]:
    """What `keep_parameters` kept."""
    found = visit.get(_key(study_id), {})
    return dict(found)


def arrival_token(study_id: str, arriving: Arriving) -> str:
    """The secret a browser is given on the first page, for the session it may start.

    So that Start pressed twice, or again after a lost answer, starts one session. Each
    person at a shared computer has one of their own.
    """
    person = (arriving.identity.pseudonym or "")[:16]
    key = f"arrival {study_id} {person}".strip()
    token: str = visit.setdefault(key, new_id(randomness()))
    return token


def _key(study_id: str) -> str:
    return f"parameters {study_id}"
