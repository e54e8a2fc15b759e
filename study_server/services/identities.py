"""Who a participant is: pseudonyms, and the one table of platform ids. No Flask."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.design.definition import StudyDefinition
from study_server.models import PlatformIdentity, StudySession
from study_server.recruitment.arrival import Arrival
from study_server.recruitment.pseudonym import pseudonym

SIMULATED = "simulated"


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What is known of somebody who arrives."""

    arrival: Arrival
    pseudonym: str | None
    """Of the person in the study's family. None: nobody can tell who it is."""
    submission_pseudonym: str | None
    """Of the platform's id of this participation."""


def identify(
    definition: StudyDefinition,
    arrival: Arrival,
    *,
    key: bytes,
    link_max_uses: int | None = None,
    is_simulated: bool = False,
) -> Identity:
    """The pseudonyms of somebody who arrives.

    Args:
        key: the server's, which is not in the database.
        link_max_uses: of the personal link they came by; one that may be used once is
            as good as a name.
        is_simulated: simulated participants are nobody's doubles.
    """
    family = definition.recruitment.family or definition.study.study_id
    mark = (SIMULATED,) if is_simulated else ()
    person = None
    if arrival.participant_id is not None:
        parts = (family, arrival.platform, arrival.participant_id)
        person = pseudonym(key, *parts, *mark)
    elif arrival.link is not None and link_max_uses == 1:
        person = pseudonym(key, family, "link", arrival.link, *mark)
    return Identity(
        arrival=arrival,
        pseudonym=person,
        submission_pseudonym=submission_pseudonym(
            arrival.platform, arrival.submission_id, key=key
        ),
    )


def submission_pseudonym(
    platform: str, submission_id: str | None, *, key: bytes
) -> str | None:
    """What stands for a submission outside of the table of ids."""
    if submission_id is None:
        return None
    return pseudonym(key, "submission", platform, submission_id)


def session_of_person(db: Session, person: str | None) -> StudySession | None:
    """The session, in any study of the family, of the person with this pseudonym."""
    if person is None:
        return None
    query = select(StudySession).where(StudySession.pseudonym == person)
    return db.scalars(query).one_or_none()


def keep_identity(db: Session, session: StudySession, identity: Identity) -> None:
    """Store who sits here: the platform's ids, in a table of their own."""
    arrival = identity.arrival
    ids = (arrival.participant_id, arrival.submission_id, arrival.study_ref)
    if any(ids) or arrival.others:
        db.add(
            PlatformIdentity(
                session_id=session.session_id,
                platform=arrival.platform,
                participant_id=arrival.participant_id,
                submission_id=arrival.submission_id,
                study_ref=arrival.study_ref,
                others=arrival.others,
            )
        )
    db.flush()


def identity_of(db: Session, session: StudySession) -> PlatformIdentity | None:
    """The platform ids of a session, if there are any, or any more."""
    return db.get(PlatformIdentity, session.session_id)
